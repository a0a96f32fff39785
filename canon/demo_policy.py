"""The project under the policy that the demo starts with: a copy of it in which one line is still another."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import chdir, contextmanager
from dataclasses import replace
from pathlib import Path

import yaml

from canon.policy_file import changed_policy
from canon.settings import Settings
from pipelines.policy import POLICY

BEFORE = Path("data/policy_before.yml")
COPIED = ("profiles.yml", "dbt_project", "expectations", "docs", ".dlt/config.toml")


@contextmanager
def earlier_policy(settings: Settings) -> Iterator[Settings]:
    """Settings of the project as it was before its policy was changed, gone after the block.

    The warehouse and everything else that a run writes stay where they are: it is the same company, earlier.

    Raises:
        UsageError: What `data/policy_before.yml` says is no policy.
    """
    root = settings.root
    project = yaml.safe_load((root / POLICY).read_text(encoding="utf-8"))
    project["vars"] |= changed_policy(root, root / BEFORE)
    with tempfile.TemporaryDirectory(prefix="canon-demo-") as folder:
        for name in COPIED:
            source, target = root / name, Path(folder) / name
            target.parent.mkdir(exist_ok=True)
            (shutil.copytree if source.is_dir() else shutil.copyfile)(source, target)
        text = yaml.safe_dump(project, sort_keys=False, allow_unicode=True)
        (Path(folder) / POLICY).write_text(text, encoding="utf-8", newline="\n")
        with chdir(folder):  # where dbt and the loaders look for the policy
            yield replace(settings, root=Path(folder))
