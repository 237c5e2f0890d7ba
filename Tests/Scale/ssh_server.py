"""A server for ssh on a port of this machine alone, which lets everybody in: it prints the port, and runs commands.

    python3 ssh_server.py
"""

from __future__ import annotations

import asyncio
from asyncio.subprocess import DEVNULL, PIPE

import asyncssh


class Open(asyncssh.SSHServer):
    def begin_auth(self, username: str) -> bool:
        return False


async def handle(process: asyncssh.SSHServerProcess) -> None:
    command = await asyncio.create_subprocess_shell(process.command, stdin=DEVNULL, stdout=PIPE, stderr=PIPE)
    output, errors = await command.communicate()
    process.stdout.write(output)
    process.stderr.write(errors)
    process.exit(command.returncode)


async def main() -> None:
    key = asyncssh.generate_private_key("ssh-ed25519")
    server = await asyncssh.listen(
        "127.0.0.1", 0, server_factory=Open, server_host_keys=[key], process_factory=handle, encoding=None
    )
    print(server.get_port(), flush=True)
    await server.wait_closed()


if __name__ == "__main__":
    asyncio.run(main())
