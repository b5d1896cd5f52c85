"""The judgement of sealed review 背靠背评议: how neighbours' answers become one number.

Plain values in, plain values out; nothing here reads a clock, a database or a setting.

``panels``      who may judge whom, drawn by lot
``sheets``      what one answer sheet is worth, and whether it counts at all
``standardise`` one reviewer's answers on a common scale
``collusion``   reviewers who err together share one vote
``combine``     weighted medians and how sure they are
``accuracy``    reviewers whom repayment proved right weigh more
``scoring``     a village's opinions, judged as a whole
``money``       the reviewed limit 评议额度 from the suggested amounts
"""
