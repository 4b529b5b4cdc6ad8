"""The floors of pyproject.toml: layers of which one may be ``*``, whatever no other layer names."""

from dataclasses import replace
from typing import Any

import grimp
from importlinter.contracts.layers import Layer, LayersContract, ModuleTail
from importlinter.domain.contract import ContractCheck


class Floors(LayersContract):
    """Layers with a place for those who are not named: registers, of which there are more and more."""

    type_name = "floors"

    def check(self, graph: grimp.ImportGraph, verbose: bool) -> ContractCheck:
        """Put the modules of the containers that no layer names where the star stands, and check the layers."""
        options: Any = self  # a contract's fields are descriptors, of which the type checker knows nothing
        star = ModuleTail("*")
        named = {tail.name for layer in options.layers for tail in layer.module_tails}
        there = {child.rpartition(".")[2] for each in options.containers for child in graph.find_children(str(each))}
        others = {ModuleTail(name, is_optional=True) for name in there - named}

        def filled(layer: Layer) -> Layer:
            tails = layer.module_tails
            return replace(layer, module_tails=(tails - {star}) | others) if star in tails else layer

        options.layers = list(map(filled, options.layers))
        return super().check(graph, verbose)
