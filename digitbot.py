"""The command line: one group of commands, each in its own file of `commands/`."""

from __future__ import annotations

import os
from typing import Any

import click

from commands.backup import backup, move, restore
from commands.demo import demo
from commands.doctor import doctor
from commands.evaluate import evaluate
from commands.export import export, freeze, import_samples, verify
from commands.fit_context import fit_context
from commands.rank import rank
from commands.read import read
from commands.retrain import promote, retrain, rollback
from commands.serve import only_admin, only_bot, run, upgrade
from commands.train import train

# One answer is a few tiny products, which a second BLAS thread only delays; training sets its own.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


class Program(click.Group):
    """Shows the product's own errors as one line instead of a traceback."""

    def invoke(self, context: click.Context) -> Any:
        """Run the command; every other exception is a defect and stays a traceback."""
        from model.backup import CannotBackUp
        from model.checkpoint import WrongCheckpoint
        from model.database import OldDatabase
        from model.dataset import NoDownload, WrongDataset
        from model.evaluation import UnusableManifest
        from model.export.verify import DamagedExport
        from model.imports import WrongImport
        from model.moving import CannotMove
        from model.network import WrongWeights
        from model.promotions import UnknownWeights
        from model.retraining.rows import AlreadyRetraining
        from model.settings import WrongSetting
        from model.sources import UnknownSource
        from model.training import Diverged
        from model.versions import UnknownVersion

        try:
            return super().invoke(context)
        except (
            AlreadyRetraining,
            CannotBackUp,
            CannotMove,
            DamagedExport,
            Diverged,
            NoDownload,
            OldDatabase,
            UnknownSource,
            UnknownVersion,
            UnknownWeights,
            UnusableManifest,
            WrongCheckpoint,
            WrongDataset,
            WrongImport,
            WrongSetting,
            WrongWeights,
        ) as error:
            raise click.ClickException(str(error)) from error


@click.group(cls=Program)
@click.version_option(package_name="digitbot")
def main() -> None:
    """A Telegram bot that reads handwritten digits and learns from corrections."""


COMMANDS = (
    run, only_bot, only_admin, upgrade, read, train, fit_context, evaluate, freeze, export, verify,
    import_samples, retrain, promote, rollback, rank, demo, doctor,
    backup, restore, move,
)  # fmt: skip
for command in COMMANDS:
    main.add_command(command)

if __name__ == "__main__":
    main()
