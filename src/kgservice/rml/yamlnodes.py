"""Reads YAML into nodes that know their lines, and refuses what a mapping has no use for: aliases, tags, twins."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from kgservice.errors import MappingInvalid

_PLAIN = ("str", "int", "float", "bool", "null", "seq", "map", "timestamp", "merge", "value")
_TAG = "tag:yaml.org,2002:"


class Outline:
    """A YAML file as nodes; every fault names its line."""

    def __init__(self, path: Path) -> None:
        self.path = path
        text = _text(path)
        try:
            for event in yaml.parse(text, Loader=yaml.SafeLoader):
                if isinstance(event, yaml.AliasEvent):
                    raise self._fault(event.start_mark, "a mapping has no aliases (*name); write the part again")
            root = yaml.compose(text, Loader=yaml.SafeLoader)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            raise self._fault(mark, "this is not YAML: {reason}", reason=str(error.problem or error.context)) from None
        except (yaml.YAMLError, RecursionError) as error:
            reason = "it is nested too deep" if isinstance(error, RecursionError) else str(error).partition("\n")[0]
            raise self._fault(None, "this is not YAML: {reason}", reason=reason) from None
        if not isinstance(root, yaml.MappingNode):
            raise self._fault(root.start_mark if root else None, "a mapping in YAML begins with prefixes and mappings")
        self.root = root

    def line(self, node: yaml.Node) -> int:
        """Return the line of a node, from 1."""
        return int(node.start_mark.line) + 1

    def pairs(
        self, node: yaml.Node, what: str, known: tuple[str, ...] = ()
    ) -> Iterator[tuple[yaml.ScalarNode, yaml.Node]]:
        """Yield the entries of a mapping node; `known` = the keys it may have (none = any).

        Raises:
            MappingInvalid: when it is none, has a key twice, or one that is unknown.
        """
        if not isinstance(node, yaml.MappingNode):
            raise self.fault(node, "{what} must be a list of names with values (name: value)", what=what)
        seen = set()
        for key, value in node.value:
            name = self.text(key, what)
            if name in seen:
                raise self.fault(key, "{name} stands twice in {what}", name=name, what=what)
            if known and name not in known:
                raise self.fault(
                    key, "{what} has no key {name}; it has {known}", what=what, name=name, known=", ".join(known)
                )
            seen.add(name)
            yield key, value

    def items(self, node: yaml.Node) -> list[yaml.Node]:
        """Return the entries of a list, or the node itself as the only one."""
        return list(node.value) if isinstance(node, yaml.SequenceNode) else [node]

    def text(self, node: yaml.Node, what: str) -> str:
        """Return the text of a scalar as it is written.

        Raises:
            MappingInvalid: when it is no scalar, or has a tag of its own.
        """
        if not isinstance(node, yaml.ScalarNode) or node.tag == _TAG + "null":
            raise self.fault(node, "{what} must be a text", what=what)
        if node.tag.removeprefix(_TAG) not in _PLAIN:
            raise self.fault(node, "a mapping has no tags ({tag})", tag=node.tag)
        return str(node.value)

    def fault(self, node: yaml.Node, sentence: str, /, **params: object) -> MappingInvalid:
        """Return the error that names this file and the line of a node before its sentence."""
        return self._fault(node.start_mark, sentence, **params)

    def _fault(self, mark: Any, sentence: str, /, **params: object) -> MappingInvalid:
        line = int(mark.line) + 1 if mark else 1
        return MappingInvalid("{file}, line {line}: " + sentence, file=str(self.path), line=line, **params)


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")
    except FileNotFoundError:
        raise MappingInvalid("there is no mapping {file}", file=str(path)) from None
    except OSError as error:
        raise MappingInvalid(
            "the mapping {file} cannot be read: {reason}", file=str(path), reason=error.strerror
        ) from None
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise MappingInvalid("{file}, line {line}: the mapping is not in UTF-8", file=str(path), line=line) from None
