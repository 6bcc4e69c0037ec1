"""Footnotes for python-docx, which has no call for them: the part /word/footnotes.xml and the marks that point into it.

ECMA-376 part 1, 17.11: ids -1 and 0 are the two lines that separate notes from the text, the notes count from 1.
"""

from typing import TYPE_CHECKING, Any

from api.exports.text import storable

if TYPE_CHECKING:
    from docx.document import Document
    from docx.text.paragraph import Paragraph

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
_SEPARATORS = ((-1, "separator"), (0, "continuationSeparator"))


class Footnotes:
    """The footnotes of one document that has none yet."""

    def __init__(self, document: "Document") -> None:
        from docx.opc.constants import RELATIONSHIP_TYPE
        from docx.opc.packuri import PackURI
        from docx.opc.part import XmlPart
        from docx.oxml.ns import nsdecls
        from docx.oxml.parser import parse_xml

        self._root: Any = parse_xml(f"<w:footnotes {nsdecls('w')}/>")
        self._count = 0
        for number, kind in _SEPARATORS:
            tight = '<w:pPr><w:spacing w:after="0" w:line="240" w:lineRule="auto"/></w:pPr>'
            head = f'<w:footnote {nsdecls("w")} w:type="{kind}" w:id="{number}">'
            self._root.append(parse_xml(f"{head}<w:p>{tight}<w:r><w:{kind}/></w:r></w:p></w:footnote>"))
        main = document.part
        part = XmlPart(PackURI("/word/footnotes.xml"), CONTENT_TYPE, self._root, main.package)
        main.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)
        lines = "".join(f'<w:footnote w:id="{number}"/>' for number, _ in _SEPARATORS)
        named = parse_xml(f"<w:footnotePr {nsdecls('w')}>{lines}</w:footnotePr>")
        _insert_setting(document.settings.element, named)
        _add_styles(document)

    def add(self, paragraph: "Paragraph", text: str) -> int:
        """Put a mark at the end of the paragraph with a note that says `text`; return its number."""
        from docx.oxml.ns import nsdecls, qn
        from docx.oxml.parser import parse_xml

        self._count += 1
        mark = paragraph.add_run(style="Footnote Reference")
        reference = parse_xml(f'<w:footnoteReference {nsdecls("w")} w:id="{self._count}"/>')
        mark._r.append(reference)
        note: Any = parse_xml(
            f'<w:footnote {nsdecls("w")} w:id="{self._count}"><w:p><w:pPr><w:pStyle w:val="FootnoteText"/></w:pPr>'
            '<w:r><w:rPr><w:rStyle w:val="FootnoteReference"/></w:rPr><w:footnoteRef/></w:r>'
            '<w:r><w:t xml:space="preserve"/></w:r></w:p></w:footnote>'
        )
        note.findall(".//" + qn("w:t"))[0].text = " " + " ".join(storable(text).split())
        self._root.append(note)
        return self._count


def _insert_setting(settings: Any, element: Any) -> None:
    """Put w:footnotePr where the schema wants it: before w:endnotePr or w:compat, whichever comes first."""
    from docx.oxml.ns import qn

    for name in ("w:endnotePr", "w:compat", "w:docVars", "w:rsids"):
        found = settings.find(qn(name))
        if found is not None:
            found.addprevious(element)
            return
    settings.append(element)


def _add_styles(document: "Document") -> None:
    from docx.enum.style import WD_STYLE_TYPE
    from docx.shared import Pt

    styles = document.styles
    note = styles.add_style("Footnote Text", WD_STYLE_TYPE.PARAGRAPH, builtin=True)
    note.base_style = styles["Normal"]
    note.font.size = Pt(9)
    note.paragraph_format.space_after = Pt(0)
    note.paragraph_format.line_spacing = 1.0
    note.paragraph_format.first_line_indent = Pt(0)
    styles.add_style("Footnote Reference", WD_STYLE_TYPE.CHARACTER, builtin=True).font.superscript = True
