"""What the documents say is what the program does."""

import os
import pathlib
import re
import subprocess
import sys
import urllib.request

import click
import pytest

from kgservice.cli.main import program
from kgservice.settings import TABLE, Settings

ROOT = pathlib.Path(__file__).parents[1]
BIN = pathlib.Path(sys.executable).parent
README = ROOT / "README.md"
BLOCK = re.compile(r"```console\n(.*?)```", re.S)
WILD = "…"


def read(name: str) -> str:
    return (ROOT / name).read_text("utf8")


def test_settings_page_is_the_table() -> None:
    made = subprocess.run(
        [sys.executable, ROOT / "tools" / "settings_page.py"], capture_output=True, text=True, check=True
    )

    assert read("docs/settings.md") == made.stdout


def test_every_setting_of_the_readme_exists() -> None:
    named = set(re.findall(r"`(KG_\w+)", read("README.md") + read("docs/architecture.md")))

    assert named <= {setting.name for setting in TABLE} | {"KG_CONFORMANCE", "KG_REFERENCE_DATA"}


@pytest.mark.parametrize("command", sorted(program.list_commands(click.Context(program))))
def test_every_command_is_in_the_readme_and_shows_an_example(command: str) -> None:
    found = program.get_command(click.Context(program), command)
    assert found is not None
    shown = click.Context(found, info_name=command).get_help()

    assert f"`{command}" in read("README.md")
    assert "Example: kgservice " in shown or "kgservice " in shown


def test_readme_is_short_and_its_first_lines_let_a_newcomer_succeed() -> None:
    lines = read("README.md").splitlines()

    assert len(lines) <= 150
    assert "make run" in "\n".join(lines[:40])


def test_every_file_that_the_documents_link_to_exists() -> None:
    for page in [README, *ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#\s]+)", page.read_text("utf8")):
            if "://" not in target:
                assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_no_file_names_a_registry_or_a_folder_of_one_machine() -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split(
        "\n"
    )
    words = [
        "pypi" + ".org",
        "files.python" + "hosted",
        "registry.npm" + "js",
        "deb." + "debian.org",
        "--index" + "-url",
    ]
    for name in tracked:
        path = ROOT / name
        if path.is_file() and path.suffix in {".py", ".md", ".toml", ".lock", ".txt", ".json", ".cfg", ""}:
            text = path.read_text("utf8", errors="ignore")
            assert not [word for word in words if word in text], name


@pytest.fixture(scope="module")
def shell(real: Settings) -> dict[str, str]:
    """The environment in which README's commands run: a state as `make run` builds it, the checkout's content."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KG_")}
    return {**kept, "PATH": f"{BIN}:{os.environ['PATH']}", "KG_STATE": str(real.state), "KG_LANG": "en"}


def commands() -> list[tuple[str, str]]:
    found = []
    for block in BLOCK.findall(README.read_text("utf8")) if README.exists() else []:
        for part in re.split(r"^\$ ", block, flags=re.M)[1:]:
            command, _, output = part.partition("\n")
            found.append((command, output.strip()))
    return found


def matches(shown: str, printed: str) -> bool:
    """Compare what README shows with what was printed; `…` stands for anything."""
    pattern = ".*?".join(re.escape(piece) for piece in shown.split(WILD))
    return re.fullmatch(pattern, printed.strip(), re.S) is not None


def test_readme_commands_print_what_the_readme_shows(shell: dict[str, str]) -> None:
    ran = 0
    for command, shown in commands():
        if command.startswith("make "):
            continue  # set-up is what runs this test
        if "kgservice serve" in command or command.startswith("curl"):
            continue  # tests/walks start the server
        done = subprocess.run(
            command, shell=True, cwd=ROOT, env=shell, capture_output=True, text=True, timeout=300, check=False
        )
        ran += 1

        assert matches(shown, done.stdout), f"$ {command}\n{done.stdout}{done.stderr}"
    assert ran >= 4


def test_curl_commands_of_the_readme_answer(shell: dict[str, str]) -> None:
    server = subprocess.Popen(
        ["kgservice", "serve", "--port", "0"], cwd=ROOT, env=shell, stdout=subprocess.PIPE, text=True
    )
    assert server.stdout is not None
    try:
        address = re.search(r"http://\S+", server.stdout.readline())
        assert address is not None
        for command, shown in commands():
            if not command.startswith("curl"):
                continue
            url = re.search(r"http://localhost:8080/(\S*?)['\"]?(\s|$)", command)
            assert url is not None, command
            local = command.replace("http://localhost:8080/", address[0])
            done = subprocess.run(local, shell=True, env=shell, capture_output=True, text=True, timeout=60, check=False)

            assert matches(shown, done.stdout), f"$ {command}\n{done.stdout}{done.stderr}"
        with urllib.request.urlopen(address[0] + "-/ready", timeout=10) as ready:
            assert ready.status == 200
    finally:
        server.terminate()
        server.wait(20)
        server.stdout.close()
