"""The pages' scripts, tested by Node's own test runner: no package is installed. What needs a real browser is tested in one."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
NODE = shutil.which("node")
TESTS = sorted((ROOT / "tests" / "js").glob("*.test.js"))


@pytest.mark.parametrize("script", TESTS, ids=lambda path: path.name)
def test_script(script: Path, tmp_path: Path) -> None:
    if NODE is None:
        if os.environ.get("CI"):
            pytest.fail("The scripts' tests need Node (20 or later), and CI has to have it.")
        pytest.skip("The scripts' tests need Node (20 or later), which is not installed here.")
    # Away from the repository, which needs no package.json then to say that .js files are modules.
    shutil.copytree(ROOT / "static" / "js", tmp_path / "static" / "js")
    shutil.copytree(ROOT / "tests" / "js", tmp_path / "tests" / "js")
    (tmp_path / "package.json").write_text('{"type": "module"}')
    ran = subprocess.run([NODE, "--test", f"tests/js/{script.name}"], cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
