"""``figgen serve``: a live preview."""

from __future__ import annotations

import signal
import threading
import webbrowser

import click

from figgen.cli.options import Finite, figure_names, open_course
from figgen.cli.output import complain_of_problems, counted

MAX_PORT = 65535


@click.command(
    epilog="""\b
Examples:
  figgen serve
  figgen serve chain2-plot sigmoid-plot --open
  figgen serve --port 8000
"""
)
@click.argument("names", metavar="[NAME]...", nargs=-1, shell_complete=figure_names)
@click.option(
    "--port",
    type=click.IntRange(0, MAX_PORT),
    default=0,
    help="The port to listen to. By default one that is free.",
)
@click.option("--open", "opens", is_flag=True, help="Open the page in the browser.")
@click.option(
    "--limit",
    type=Finite(0.1),
    default=20.0,
    show_default=True,
    metavar="SECONDS",
    help="How long a figure may take until it is stopped.",
)
@click.pass_context
def serve(
    ctx: click.Context, *, names: tuple[str, ...], port: int, opens: bool, limit: float
) -> None:
    """Show all figures, or the figures NAME..., in the browser while you edit them.

    When you save a module, what it changes is drawn again and shown at once, with its alt text, its
    claims, and the line of every error. Only this machine can see the page. Ctrl-C ends it.
    """
    course = open_course(ctx)
    complain_of_problems(course)
    entries = course.select(names)

    from figgen.publish.serve.file_watcher import watch
    from figgen.publish.serve.http_server import Server
    from figgen.publish.serve.preview import Preview

    shown = [entry.name for entry in entries] if names else []
    stop = threading.Event()
    with Server(port, lambda: Preview(course, shown, limit=limit)) as server:
        preview = server.preview
        # Ctrl-C is what ends it, even where a shell that started it in the background has it
        # ignored; and a polite kill ends it in the same way.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stop.set())
        watching = (course.folder, preview.refresh, preview.lose, stop)
        for work, args in ((server.serve_forever, (0.1,)), (watch, watching)):
            threading.Thread(target=work, args=args, daemon=True).start()
        try:
            click.echo(f"{course.title}: {counted(len(entries), 'figure')} at {server.address}")
            if opens:
                webbrowser.open(server.address)
            stop.wait()
        finally:
            stop.set()
            preview.close()
            server.shutdown()
