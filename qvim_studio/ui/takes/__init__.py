"""Recording a take and choosing a part of it."""
