"""Graphs: nodes placed by Graphviz, edges with labels, traced computations, matrices."""
