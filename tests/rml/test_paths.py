"""JSONPath and XPath are checked when a mapping is loaded, and found in records as their standards say."""

import jsonpath
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from kgservice.errors import MappingInvalid
from kgservice.rml.paths import check_path, evaluate

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b", "имя", "c d"]), inner, max_size=3)
    ),
    max_leaves=12,
)
PATHS = st.lists(st.sampled_from([".a", ".b", ".имя", "['c d']", "[*]", ".*", "['a']"]), max_size=4).map("".join)


@settings(max_examples=200)
@given(JSON, PATHS)
def test_plain_paths_find_what_the_library_finds(value: object, path: str) -> None:
    assert evaluate("$" + path, "JSONPath", value) == jsonpath.findall("$" + path, value)


def test_a_bare_name_is_a_member() -> None:
    assert evaluate("name", "JSONPath", {"name": 1}) == [1]
    assert evaluate("name.text", "JSONPath", {"name": {"text": 1}}) == [1]
    assert evaluate("$", "JSONPath", {"name": 1}) == [{"name": 1}]
    assert evaluate("$.a[?@.k == 'x'].v", "JSONPath", {"a": [{"k": "x", "v": 1}, {"k": "y", "v": 2}]}) == [1]
    assert evaluate("$..v", "JSONPath", {"a": [{"v": 1}, {"v": 2}]}) == [1, 2]


@pytest.mark.parametrize("path", ["$.a[", "$.a]]", "$.a b", "^id", "$['a", "@.a", ""])
def test_what_is_no_json_path_is_refused(path: str) -> None:
    with pytest.raises(MappingInvalid):
        check_path(path, "JSONPath")


def test_xpath_finds_elements_attributes_and_values() -> None:
    xml = '<o xmlns:k="http://k" id="7"><k:n>А</k:n><p>1</p><p>2</p></o>'
    element = etree.fromstring(xml)

    assert evaluate("@id", "XPath", element) == ["7"]
    assert [found.text for found in evaluate("p", "XPath", element)] == ["1", "2"]
    assert evaluate("k:n/text()", "XPath", element) == ["А"]
    assert evaluate("count(p)", "XPath", element) == ["2"]
    assert evaluate("count(p) = 2", "XPath", element) == ["true"]
    assert evaluate("sum(p) div 2", "XPath", element) == ["1.5"]
    assert evaluate("string(p)", "XPath", element) == ["1"]


@pytest.mark.parametrize("path", ["p[", "x:p", "nothing()", "1 +"])
def test_what_is_no_xpath_is_refused_by_name(path: str) -> None:
    with pytest.raises(MappingInvalid, match="cannot be read"):
        evaluate(path, "XPath", etree.fromstring("<o/>"))
