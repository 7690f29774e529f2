"""`kgservice serve`: the web process with everything on, until it is told to stop."""

import errno
import os
import signal
import socket
import sys
import threading
from pathlib import Path
from types import FrameType

import click

from kgservice import locale
from kgservice.cli import doors
from kgservice.errors import SettingInvalid, StateBroken


@click.command()
@click.option("--host", default=None, help="Address to listen on; default KG_HOST.")
@click.option("--port", type=click.IntRange(0, 65535), default=None, help="Port; default KG_PORT, 0 takes a free one.")
@doors.language_option
def serve(host: str | None, port: int | None, language: str | None) -> None:
    """Serve pages and SPARQL until Ctrl-C or SIGTERM.

    \b
    Example: kgservice serve --port 8090
    """
    # NOTE: Flask and waitress are imported here, so that no other command pays for them
    from kgservice.app import create_app
    from kgservice.cli.server import Server
    from kgservice.cli.threads import share_memory
    from kgservice.jobs import Supervisor
    from kgservice.web.pages import prepare
    from kgservice.web.scripts import bundles

    share_memory()
    read = doors.settings(language)
    host = read.host if host is None else host
    port = read.port if port is None else port
    listener = _listen(host, port)
    service = doors.service(language, host=host, port=port)
    say = doors.speaker(service.settings.lang)
    with service.serving():
        if not service.settings.store:
            fallen = service.steady.settle("kgservice serve")
            if fallen:
                click.echo(locale.say(fallen, service.settings.lang), err=True)
        app = create_app(service)
        server = Server(app, listener, service.settings, app.extensions["kgservice"])
        lacking: list[str] = getattr(service.ask.store(), "missing", list)()
        for protection in lacking:
            click.echo(say("NOT protected on this system: {protection}.", protection=say(protection)), err=True)
        if not bundles(Path(app.static_folder or "")):
            lacked = "NO EDITOR on the query page: its script is not built; call `make setup` where npm can be reached."
            click.echo(say(lacked), err=True)
        shown = f"http://{_bracketed(host)}:{listener.getsockname()[1]}/"
        click.echo(say("Serving {address} (Ctrl-C stops).", address=shown))
        sys.stdout.flush()
        signal.signal(signal.SIGTERM, _stop)
        threading.Thread(target=prepare, args=(app,), name="prepare", daemon=True).start()
        curation = Supervisor()
        try:
            if not service.settings.store:
                curation.start()
            server.run()
        finally:
            server.close()
            curation.close()


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _listen(host: str, port: int) -> socket.socket:
    """Return a socket bound to the address, before anything else is started."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except socket.gaierror:
        raise SettingInvalid("The address {host} is not known; set KG_HOST or --host.", host=host) from None
    listener = socket.socket(family, kind, protocol)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(address)
        listener.listen(1024)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise StateBroken(
                "Port {port} of {host} is taken by another program: stop that one or choose another port with --port.",
                host=host,
                port=port,
            ) from None
        raise StateBroken(
            "Cannot listen on {host}:{port}: {reason}. Stop the other program or choose --port.",
            host=host,
            port=port,
            reason=os.strerror(error.errno or 0),
        ) from None
    return listener
