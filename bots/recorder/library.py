"""The part of an element library that the page's witness needs: addresses, names, ways, without open templates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict

from bots.browser.driver import Json
from bots.browser.names import join_url
from bots.flow.part import Part
from bots.flow.site import ElementSpec, Site
from bots.flow.values import Target, Template
from bots.lookup import Lookup, path_of

NOTHING: dict[str, Json] = {"pages": [], "elements": []}


def witness_library(site: Site, values: Mapping[str, object]) -> dict[str, Json]:
    """Pages with their paths, and elements with the ways that can be tried now; `values` fill the templates in."""
    lookup = Lookup(site, lambda template: template.partial(values))
    return {
        "pages": [
            {
                "name": name,
                "path": path_of(join_url(lookup.base, page.url.partial(values))),
                "elements": [_element(lookup, *one) for one in page.elements.items()],
            }
            for name, page in site.pages.items()
        ],
        "elements": [_element(lookup, *one) for one in site.elements.items()],
    }


def _element(lookup: Lookup, name: str, spec: ElementSpec) -> Json:
    ways = [asdict(way) for way in lookup.ways(spec)]
    return {"name": name, "ways": [way for way in ways if "${" not in str(way)]}


def row_names(site: Site) -> dict[str, str]:
    """Column → the name of a row element that is found by this column's value (`商品行: [{row: "${商品ID}"}]`)."""
    found: dict[str, str] = {}
    for library in (*(page.elements for page in site.pages.values()), site.elements):
        for name, spec in library.items():
            for way in spec.alternatives:
                column = way.row.source if way.row is not None else ""
                if column.startswith("${") and column.endswith("}"):
                    found.setdefault(column[2:-1].strip(), name)
    return found


def login_names(site: Site) -> frozenset[str]:
    """Names of the elements that only the site's own login steps use."""
    if site.login is None:
        return frozenset()
    names = {name for step in site.login.steps for name in _names(step)}
    return frozenset(name for name in names if "${" not in name)


def _names(value: object) -> Iterable[str]:
    """Every element name inside a step: its targets, and the labels that it fills."""
    if isinstance(value, Target):
        yield value.name.source
    if isinstance(value, Part):
        for name in type(value).model_fields:
            yield from _names(getattr(value, name))
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            if isinstance(key, str) and not isinstance(inner, Part | tuple | list | Template):
                yield key
            elif isinstance(key, str):
                yield key
                yield from _names(inner)
    elif isinstance(value, tuple | list):
        for inner in value:
            yield from _names(inner)
