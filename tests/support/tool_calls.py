"""Calls of the tools for assistants, and what they answer."""

from __future__ import annotations

from typing import Any

from mcp.types import CallToolResult


def call(talk: Any, name: str, /, **arguments: Any) -> CallToolResult:
    return talk(lambda client: client.call_tool(name, arguments))


def message(result: CallToolResult) -> str:
    return " ".join(block.text for block in result.content if block.type == "text")
