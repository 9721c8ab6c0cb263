"""The lecture "Introduction to Artificial Neural Networks 1", one module a section.

The order here is the order of teaching; a module that is not named here is an error.
"""

TITLE = "Introduction to Artificial Neural Networks 1"

SECTIONS = {
    "background": "Background",
    "foundation": "Mathematical foundation",
    "functions": "Functions",
    "derivatives": "Derivatives",
    "nested": "Nested functions",
    "multiple_inputs": "Functions with multiple inputs",
    "vectors": "Functions with vector inputs",
    "matrices": "Computational graph with two 2D matrix inputs",
}
