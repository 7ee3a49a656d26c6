"""Free texts of the Reyes samples: the notes that portals attach."""

PROGRESS_NOTE = """FAIRHAVEN ENDOCRINE CLINIC
Progress note
Patient: REYES, MARISOL ANA    DOB: 03/14/1984    MRN: 90417733
Date of service: 06/27/2023

Ms. Reyes is a 39-year-old woman with Hashimoto thyroiditis, seen six weeks after delivery.
She came with her mother, Graciela Reyes, who drove her from Ellensport. Mrs. Graciela Reyes
asks to be called at (206) 555-0117 if the plan changes. Her brother José is watching the baby.

HPI: fatigue, no palpitations. No sign of Graves disease; TRAb negative. Murphy's sign negative.
Her father, Ernesto Reyes, had Parkinson disease from age 52 and died at 61.
Husband Colin Abernathy works nights at the Port of Ellensport.
Levothyroxine 75 mcg daily, continues. Not taking Yasmin. Foley catheter was removed 05/20/2023.

Assessment/Plan: TSH 1.50 mIU/L, at goal. Repeat TSH in 8 weeks.
cc: Owen Graves, MD (PCP)

Electronically signed by: Hannah Okonkwo, MD   06/27/2023 16:42
Pager 206-555-0164
"""

WARD_NOTE_HTML = """<!DOCTYPE html>
<html><head><title>Nursing note - A. Foley RN</title><!-- transcribed by afoley 05/20 --></head>
<body>
<h1>Nursing shift note, 4 West, room 412</h1>
<p>Patient <b>Marisol</b> <i>Reyes</i> in bed A resting comfortably after cesarean. Fundus firm.
Jackson-Pratt drain output 30&nbsp;mL. Foley catheter out at 06:10.</p>
<p>Her room-mate in bed B, <b>Yolanda</b> <i>Pinkney</i> (DOB 09/08/1991, MRN 77120455), was loud on the phone
overnight; patient moved to room 414. Mrs. Pinkney&#39;s husband was asked to leave at 22:00.</p>
<table><tr><td>Visitors</td><td>brother Jos&eacute; Reyes, mother Graciela Reyes</td></tr>
<tr><td>Emergency contact</td><td>Priya Natarajan, friend, <a href="tel:+12065550188">206-555-0188</a></td></tr></table>
<p>April Foley, RN</p>
</body></html>
"""

GROUP_NOTE = """Group therapy note - Postpartum support group, session 3 of 8
Date: 07/11/2023    Facilitator: Simone Baptiste, LCSW

Marisol took part actively. She spoke about sleep and about her thyroid treatment.
Group member Denise Kowalczyk described intrusive thoughts after the birth of her son; Trevon Maddox,
another participant, offered support. Denise asked whether she could bring her sister next week.
Marisol's mood: improved, PHQ-9 score 6 (was 11 on 06/13/2023). No suicidal ideation.

S. Baptiste, LCSW
"""

PORTAL_MESSAGE = """Dear Dr. Graves,
this is Graciela, Marisol's mom, writing from her account. Her home blood pressure was 118/76 this morning.
Should she still take the iron tablets? My number is 206.555.0117, or write to graciela.reyes@example.com.
Thank you, Graciela Reyes
"""

PORTAL_REPLY = """Hello Marisol,
yes, please keep taking ferrous sulfate 325 mg once a day until the blood count in August.
Regards,
O. Graves
"""

CCDA_LETTER = """Letter of referral
Re: Marisol Ana Reyes, born 14 March 1984, MRN 90417733

Dear Dr. Okonkwo,
thank you for seeing Marisol, who has Hashimoto thyroiditis with a TSH of 6.20 mIU/L before pregnancy.
Her mother, Graciela Reyes, will come along to interpret. Her brother José Reyes settles the bills.
Current medication: levothyroxine 75 mcg, prenatal vitamins. Allergy: penicillin G (hives).

Sincerely,
Owen Graves, MD
Tel 206-555-0150
"""
