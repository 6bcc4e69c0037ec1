"""Citation checking: every quotation of a draft and every statement that it ascribes to a document.

bare         text without typography, with the way back
passages     the draft's quotations, references and statements
titles, clauses   which document and which clause a reference means
align        where words stand in the source and where they differ
values       figures, dates and ordinals that can be compared
differences  what kind each difference is
quotation, statement   the verdict on words in quotation marks, on words without
checker      the story from the draft to the report
"""
