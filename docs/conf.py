"""How the documentation is built: ``python -m sphinx -W --keep-going -n docs docs/_build``.

Nothing in the pages is loaded from elsewhere: the theme brings no fonts, and formulae are MathML, which browsers draw
by themselves. So the pages can be read without a network, like the reports.
"""

from __future__ import annotations

from docutils import nodes
from docutils.utils.math.latex2mathml import tex2mathml
from sphinx.application import Sphinx
from sphinx.writers.html5 import HTML5Translator

import nutrigap

project = "nutrigap"
author = "The nutrigap developers"
copyright = "The nutrigap developers; MIT licence"
release = version = nutrigap.__version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "numpydoc"]
exclude_patterns = ["_build"]
myst_enable_extensions = ["dollarmath", "deflist", "colon_fence"]
myst_heading_anchors = 3  # links such as bounds.md#a-line-left-out

html_theme = "furo"
html_title = "nutrigap"
html_math_renderer = "mathml"
html_static_path = ["_static"]
html_css_files = ["nutrigap.css"]
html_copy_source = False
html_show_sourcelink = False

autodoc_member_order = "bysource"
autodoc_typehints = "none"  # types stand in the signature and, with their units, in the docstring
numpydoc_show_class_members = False  # members are listed by autodoc, once


def inline_math(self: HTML5Translator, node: nodes.math) -> None:
    """A formula in a line, as MathML."""
    self.body.append(tex2mathml(node.astext()))
    raise nodes.SkipNode


def block_math(self: HTML5Translator, node: nodes.math_block) -> None:
    """A formula that stands alone, as MathML."""
    self.body.append(f'<div class="math">{tex2mathml(node.astext(), as_block=True)}</div>')
    raise nodes.SkipNode


def setup(app: Sphinx) -> None:
    """Register the way formulae are drawn; a formula that cannot be read stops the build."""
    app.add_html_math_renderer("mathml", inline_renderers=(inline_math, None), block_renderers=(block_math, None))
