"""``figgen completion``: the script that makes a shell complete."""

from __future__ import annotations

import click
from click.shell_completion import BashComplete, FishComplete, ShellComplete, ZshComplete

SHELLS: dict[str, type[ShellComplete]] = {
    "bash": BashComplete,
    "zsh": ZshComplete,
    "fish": FishComplete,
}


@click.command(
    epilog="""\b
Examples:
  eval "$(figgen completion bash)"                    # in ~/.bashrc
  eval "$(figgen completion zsh)"                     # in ~/.zshrc
  figgen completion fish > ~/.config/fish/completions/figgen.fish
"""
)
@click.argument("shell", type=click.Choice(list(SHELLS)))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print the script that completes commands, options, figures, sections and themes in SHELL."""
    script = SHELLS[shell](ctx.find_root().command, {}, "figgen", "_FIGGEN_COMPLETE")
    click.echo(script.source())
