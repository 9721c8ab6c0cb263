"""Drawing: numbers to a matplotlib figure, in roles and steps.

What most figures need is here; each room of the drawing holds more.
"""

from figgen.draw.canvas.canvas import Canvas
from figgen.draw.canvas.cards import arrow, card, circle, wrap, write
from figgen.draw.canvas.planes import Box, Plane
from figgen.draw.canvas.theme import Role
from figgen.draw.graphs.diagrams import Diagram
from figgen.draw.graphs.heat_maps import Cell, HeatMap, heat_map
from figgen.draw.graphs.traced_graphs import GraphDrawing
from figgen.draw.pictures.artificial_neurons import artificial_neuron, layers_of_neurons
from figgen.draw.pictures.course_outline import Section, outline_cards
from figgen.draw.pictures.nerve_cell import nerve_cell
from figgen.draw.pictures.timeline import Era, timeline
from figgen.draw.pictures.traced_network import TracedNetwork
from figgen.draw.pictures.truth_table import Column, truth_table
from figgen.draw.plots.plots import Plot
from figgen.draw.text.equations import Line, display
from figgen.draw.text.listings import Listing

__all__ = [
    "Box",
    "Canvas",
    "Cell",
    "Column",
    "Diagram",
    "Era",
    "GraphDrawing",
    "HeatMap",
    "Line",
    "Listing",
    "Plane",
    "Plot",
    "Role",
    "Section",
    "TracedNetwork",
    "arrow",
    "artificial_neuron",
    "card",
    "circle",
    "display",
    "heat_map",
    "layers_of_neurons",
    "nerve_cell",
    "outline_cards",
    "timeline",
    "truth_table",
    "wrap",
    "write",
]
