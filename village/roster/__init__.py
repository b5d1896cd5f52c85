"""Roster files 名册: reading what villages really send, and checking it, row by row and as a whole.

Values in, values out: nothing here reads a database, a clock or a setting.

``kinds``      which files there are, and the headings by which each is known
``units``      元 and 万元, as headings and titles name them
``reading``    bytes to rows: encodings, spreadsheets, title rows
``lines``      lines of text that are no rows: stray quotation marks, cells too many or too few
``clean``      full-width digits, stray spaces and quotes made plain
``words``      the field's words for roles, sexes, states, ties and lists
``id_numbers`` the citizen's number GB 11643, as columns
``people``     what may be wrong with a row of the roster
``households`` what may be wrong with a household as a whole, and with what is already registered
``corrections`` small files that correct cells of what is registered
``means``      the declared economy of households
``ties``       relations and lists, whose rows name people already registered
``refusals``   the rows that did not go in, and the file in which they are corrected
"""
