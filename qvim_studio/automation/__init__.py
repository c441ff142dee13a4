"""What people automate: the studio as a library, beneath the command line, the service and MCP."""
