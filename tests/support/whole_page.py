"""Every check of a finished page: tables, sentences and figures."""

import page_checks
import page_drawings
import page_pictures
import page_prose

CHECKS = [*page_checks.CHECKS, *page_prose.CHECKS, *page_drawings.CHECKS, *page_pictures.CHECKS]
