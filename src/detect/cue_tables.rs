//! Words that say that a person is named next to them: tables.

use crate::model::role::Role;

/// Titles before a name and the role they tell; `None` tells only that it is a person.
pub const TITLES: &[(&[&str], Option<Role>)] = &[
    (&["dr", "drs", "doctor"], Some(Role::Physician)),
    (&["nurse"], Some(Role::Nurse)),
    (&["officer", "ofc", "detective", "det", "dep", "trooper", "judge", "atty", "attorney", "coach"], Some(Role::OtherPerson)),
    (&["chaplain"], Some(Role::Chaplain)),
    (&["rev", "reverend", "pastor", "rabbi", "imam", "fr", "deacon", "bishop", "monsignor"], None),
    (
        &[
            "mr",
            "mrs",
            "ms",
            "miss",
            "mx",
            "mssrs",
            "sr",
            "sra",
            "srta",
            "señor",
            "senor",
            "senora",
            "prof",
            "professor",
            "sgt",
            "capt",
            "lt",
            "hon",
        ],
        None,
    ),
];

/// Credentials in the case in which they are written, the role they tell, and whether they are also words, states or units and
/// need a comma before them.
pub const CREDENTIALS: &[(&[&str], Role, bool)] = &[
    (&["MD", "MBBS", "MBChB", "FACP", "FACS", "FACC", "FACOG", "FAAP", "FAAFP", "DDS", "DMD", "DPM"], Role::Physician, false),
    (&["DO", "OD", "DC", "DVM"], Role::Physician, true),
    // A nurse midwife is called either.
    (&["CNM", "CPM", "APRN-CNM"], Role::Clinician, false),
    (&["RN", "LPN", "LVN", "BSN", "MSN", "CRNA", "RNC", "CCRN", "CEN", "CNS", "RN-BC"], Role::Nurse, false),
    (
        &[
            "NP", "NP-C", "APRN", "ARNP", "FNP", "FNP-C", "FNP-BC", "ANP", "ANP-BC", "AGNP", "PNP", "CRNP", "DNP", "PMHNP",
            "PMHNP-BC", "ACNP", "WHNP",
        ],
        Role::NursePractitioner,
        false,
    ),
    (&["PA-C", "RPA-C", "PAC"], Role::PhysicianAssistant, false),
    (&["PA"], Role::PhysicianAssistant, true),
    (&["PharmD", "PHARMD", "RPh", "RPH", "BCPS", "CPhT"], Role::Pharmacist, false),
    (&["LCSW", "LMSW", "MSW", "LICSW", "LSW", "LCSW-C", "BSW"], Role::SocialWorker, false),
    (&["PhD", "PHD", "PsyD", "PSYD", "EdD", "LP", "ABPP"], Role::Psychologist, false),
    (
        &[
            "LMFT", "LPC", "LMHC", "LCPC", "LPCC", "DPT", "MPT", "OTR", "OTR/L", "OTD", "SLP", "CCC-SLP", "RRT", "CRT", "COTA",
            "PTA", "MFT", "LAc", "LMT", "CADC", "LADC",
        ],
        Role::Therapist,
        false,
    ),
    (&["PT", "OT", "RT"], Role::Therapist, true),
    (&["RD", "RDN", "LDN", "CDE", "CDCES"], Role::Dietitian, false),
    (
        &["RDH", "CGC", "RDMS", "CST", "CSA", "CSFA", "CPhT", "RCIS", "RT(R)", "EMT", "EMT-P", "NREMT", "RVT", "CPT"],
        Role::Technician,
        false,
    ),
    (&["CNA", "CMA", "RMA", "CCMA", "HHA", "STNA", "LNA"], Role::Staff, false),
    (
        &["MA", "MS", "BS", "BA", "MPH", "MBA", "MHA", "AuD", "IBCLC", "CCLS", "CRC", "Esq", "ESQ", "JD", "CCC-A"],
        Role::Clinician,
        true,
    ),
];

/// Kin words. Longer phrases are put together by the caller (`mother in law` -> in-law).
pub const KIN: &[(&[&str], Role)] = &[
    (
        &[
            "mother",
            "mom",
            "mum",
            "mommy",
            "mama",
            "mami",
            "madre",
            "stepmother",
            "stepmom",
            "birthmother",
            "mob",
            "step-mother",
            "momma",
            "mthr",
        ],
        Role::Mother,
    ),
    (&["father", "dad", "daddy", "papa", "padre", "stepfather", "stepdad", "step-father", "fthr"], Role::Father),
    (&["parent", "parents"], Role::Parent),
    (&["sister", "stepsister", "half-sister", "sis", "hermana", "step-sister"], Role::Sister),
    (&["brother", "stepbrother", "half-brother", "bro", "hermano", "step-brother"], Role::Brother),
    (&["sibling", "siblings", "sibs", "sib", "bros", "sissy", "twin", "sisters", "brothers"], Role::Sibling),
    (
        &[
            "husband",
            "wife",
            "spouse",
            "ex-husband",
            "ex-wife",
            "widow",
            "widower",
            "esposo",
            "esposa",
            "hubby",
            "husb",
            "exhusband",
            "exwife",
            "marido",
        ],
        Role::Spouse,
    ),
    (
        &["partner", "fiance", "fiancee", "boyfriend", "girlfriend", "fob", "ex-boyfriend", "ex-girlfriend", "novio", "novia"],
        Role::Partner,
    ),
    (
        &[
            "daughter",
            "stepdaughter",
            "daughters",
            "hija",
            "hijas",
            "filha",
            "filhas",
            "fille",
            "tochter",
            "step-daughter",
            "dtr",
            "dau",
            "dtrs",
        ],
        Role::Daughter,
    ),
    (&["son", "stepson", "sons", "hijo", "hijos", "filho", "filhos", "fils", "sohn", "zoon", "step-son"], Role::Son),
    (&["child", "children", "kid", "kids", "stepchild", "stepchildren"], Role::Child),
    (
        &[
            "grandmother",
            "grandma",
            "mawmaw",
            "mamaw",
            "granny",
            "abuela",
            "mgm",
            "pgm",
            "gma",
            "grandmom",
            "abuelita",
            "great-grandmother",
        ],
        Role::Grandmother,
    ),
    (
        &[
            "grandfather",
            "grandpa",
            "opa",
            "nonno",
            "grand-père",
            "zayde",
            "lolo",
            "pawpaw",
            "papaw",
            "abuelo",
            "mgf",
            "pgf",
            "gpa",
            "granddad",
            "grandad",
            "great-grandfather",
        ],
        Role::Grandfather,
    ),
    (&["grandparent", "grandparents"], Role::Grandparent),
    (
        &[
            "neto",
            "neta",
            "nieto",
            "nieta",
            "granddtr",
            "grandson",
            "granddaughter",
            "grandchild",
            "grandchildren",
            "grandbaby",
            "grandkids",
            "grandbabies",
        ],
        Role::Grandchild,
    ),
    (&["aunt", "auntie", "tante", "aunties", "aunty", "tia", "great-aunt"], Role::Aunt),
    (&["uncle", "tio", "oncle", "onkel", "unc", "great-uncle"], Role::Uncle),
    (&["cousin", "cousins", "primo", "prima"], Role::Cousin),
    (&["niece", "nieces"], Role::Niece),
    (&["nephew", "nephews"], Role::Nephew),
    (
        &[
            "mother-in-law",
            "father-in-law",
            "sister-in-law",
            "brother-in-law",
            "son-in-law",
            "daughter-in-law",
            "in-law",
            "dtr-in-law",
            "dau-in-law",
            "mil",
            "fil",
            "sil",
            "bil",
            "dil",
        ],
        Role::InLaw,
    ),
    // Other languages, accents folded; only words that are nobody's name.
    (&["madrastra", "maman", "mutter", "matka"], Role::Mother),
    (&["padrastro", "vater", "otets"], Role::Father),
    (&["ehemann", "ehefrau", "mari", "moglie", "marito", "zhena", "zona"], Role::Spouse),
    (&["suegra", "suegro", "cunada", "cunado", "yerno", "nuera", "genro"], Role::InLaw),
    (&["neto", "neta", "nieto", "nieta", "granddtr", "grandaughter"], Role::Grandchild),
    (&["nonna", "grand-mere", "bubbe", "babcia"], Role::Grandmother),
    (&["nonno", "grand-pere", "zayde"], Role::Grandfather),
    (&["sobrino", "sobrinos"], Role::Nephew),
    (&["sobrina", "sobrinas"], Role::Niece),
    (&["relative", "relatives", "godmother", "godfather", "godparent", "kin"], Role::Relative),
];

/// Words after a name that make it the name of a thing.
pub const EPONYM_HEADS: &str = "disease diseases syndrome sign signs score scores scale test testing criteria index classification stage grade \
     lymphoma palsy phenomenon thyroiditis esophagus cyst fracture drain drains catheter catheters clamp clamps \
     forceps scissors retractor retractors needle procedure operation repair maneuver manoeuvre position tube line \
     point law triad reflex ring node nodes nodule nodules sarcoma tumor tumour equation formula method stain agar \
     monitor ultrasound study scan inventory questionnaire assessment house ct way place bodies body cells cell \
     antigen factor virus fever ulcer hernia duct contracture chorea ataxia dystrophy neuroma tendonitis \
     tenosynovitis lung ganglion artery pouch incision approach technique protocol diet exercise exercises wrap boot \
     splint frame rod pin plate nail screw valve shunt group system systems disorder risk degeneration anemia coma \
     spot spots lines crisis pressure flow dementia angina lesion lesions respirations breathing pulse gangrene \
     regimen trial diverticulum tubercle aphasia canal gland glands fossa ligament membrane triangle amputation \
     anastomosis flap graft suture osteotomy arthroplasty fundoplication cerclage airway blade laryngoscope speculum \
     tenaculum curette rongeur elevator wire osteotome saw stand curve nomogram staging rule rules effect reaction \
     telangiectasia band stockings collar brace sling traction lamp solution tape dressing vaccine vaccines implant \
     pump bed lift pickups phenomena stones malformation tremor seizure seizures spirochete bacillus \
     agammaglobulinemia neuropathy nephropathy myopathy leukodystrophy cardiomyopathy encephalopathy arthropathy \
     osteochondritis paralysis hyperplasia adenoma carcinoma melanoma leukemia osteodystrophy granulomatosis \
     vasculitis arteritis purpura nephritis hepatitis cirrhosis colitis gastritis dermatitis keratosis cataract \
     glaucoma drusen retinopathy layer zone stroke cannula snare loop cuff suit bag mask tent chair walker cane \
     pessary sound probe clip clips mesh prosthesis stem cup stent coil filter port pacemaker lead electrode pen \
     syringe inhaler insulin tablet tablets capsule cream ointment brand juice tea beer whiskey sauce seasoning";

/// Words after a name that make it the name of a place or an institution.
pub const INSTITUTION_HEADS: &str = "hospital clinic center centre medical health healthcare university college school institute foundation memorial \
     pharmacy laboratory laboratories county building tower hall church street st avenue ave road rd boulevard blvd \
     lane ln drive court parkway pkwy highway plaza inc llc corp park beach city valley springs heights hills library \
     high elementary middle academy jail prison shelter apartments estates manor ranch lodge pavilion inn hotel motel \
     stadium airport bridge mall market restaurant hospice rehab associates company co llp pllc ltd prep preschool \
     daycare cemetery bank dealership brewery winery cancer children's regional baptist methodist lutheran \
     presbyterian adventist community general elem emergency campus ymca ywca parish chapel temple synagogue mosque \
     township village district theater theatre museum arena gym tavern diner bakery motors autobody outfitters drugs \
     hardware supermarket grocery foods mills mine mines farm farms kennels fund trust society union guild league \
     correctional penitentiary barracks courthouse precinct orchard vineyard plantation dam creek river lake mountain wing ward unit nicu picu \
     vamc vahcs ctr ems ambulance offices attorneys homes dentistry orthodontics glazing trucking airlines";

/// Abbreviations before a name, in capitals, and what they tell.
pub const FUNCTIONS: &[(&[&str], Role)] = &[
    (&["RN", "LPN", "LVN", "CRNA", "BSN"], Role::Nurse),
    (&["CNM", "CPM"], Role::Clinician),
    (&["NP", "APRN", "ARNP", "FNP", "CRNP"], Role::NursePractitioner),
    (&["PA", "PA-C"], Role::PhysicianAssistant),
    (
        &["HHA", "CHHA", "HCA", "PSW", "CCMA", "RMA", "CNA", "PCT", "MA", "CMA", "PCA", "LNA", "NA", "MHT", "CHR", "PHM", "IHSS"],
        Role::Staff,
    ),
    (&["EMT"], Role::Technician),
    (&["SO"], Role::Partner),
    (&["SW", "CM", "LCSW", "MSW", "LMSW", "LICSW"], Role::SocialWorker),
    (&["OT", "PT", "ST", "SLP", "RT", "RRT", "OTR", "DPT"], Role::Therapist),
    (&["RD", "RDN"], Role::Dietitian),
    (&["LC", "IBCLC", "CRC", "Counselor"], Role::Clinician),
    (&["Hyg", "RDH"], Role::Technician),
    (&["Tech"], Role::Technician),
    (&["PI"], Role::Physician),
    (&["PharmD", "PHARMD", "RPh"], Role::Pharmacist),
    (
        &[
            "MD", "DO", "SHO", "GP", "PCP", "Res", "Reg", "SpR", "StR", "F1", "F2", "FY1", "FY2", "ST1", "ST2", "ST3", "ST4",
            "ST5", "CT1", "CT2", "IMT", "VMO", "R1", "R2", "R3", "R4", "PGY1", "PGY2", "PGY3", "Cons", "Attg", "HMO", "MS3",
            "MS4",
        ],
        Role::Physician,
    ),
    (&["WOCN", "CWOCN", "CNS", "RNFA", "ANM", "CCRN", "PHN", "VNA"], Role::Nurse),
    (&["EVS", "HIM", "PSR", "MSA", "PSA", "HUC"], Role::Staff),
    (&["Pharm"], Role::Pharmacist),
    (&["RNCM", "DON", "ADON", "UM", "NM"], Role::Nurse),
    (&["Chap"], Role::Chaplain),
    (&["Intp", "Interp"], Role::Interpreter),
    (&["CDE", "CDCES"], Role::Clinician),
    (&["ANES", "ASST", "Asst", "Anes"], Role::Physician),
    (&["Physio", "Psych"], Role::Therapist),
    (&["EMTP", "MLT", "ODP", "CCT", "RDMS"], Role::Technician),
];
