"""What the program uses of the hub client's inside is there, in the release that is installed."""

from __future__ import annotations

import huggingface_hub

from qvim_studio.checkpoints.hub_errors import TRANSPORT_ERROR


def test_this_client_s_http_library_is_found() -> None:
    assert TRANSPORT_ERROR.__module__.split(".")[0] in ("httpx", "httpx2", "requests"), (
        f"huggingface_hub {huggingface_hub.__version__} is built otherwise than 1.33 and 2.4: "
        f"{TRANSPORT_ERROR} stands for all that goes wrong in the network."
    )
    assert issubclass(TRANSPORT_ERROR, Exception) and TRANSPORT_ERROR is not Exception
