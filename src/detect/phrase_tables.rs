//! Phrases that say that a person is named next to them, as tables of words.

use crate::model::role::Role;

/// How strongly a role word says that a name follows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Pull {
    /// `emergency contact`, `roommate`: a name may follow directly or after `:`, `-`, `is`.
    Noun,
    /// `seen by`, `spoke with`: a name follows directly.
    Verb,
    /// `by`, `with`, `called`: a name may follow, and most often does not; the words themselves must be a known name.
    Weak,
    /// `Cardiology`, `charge nurse`: only after a name and a mark.
    Field,
    /// `Attending:`, `Provider -`: only with a mark between, or as a title directly before a capitalised name.
    Label,
}

/// Phrases, separated by bars, how they pull, and what stands in their place is to the patient. `None`: a person whose role other
/// words must tell. Words are tokens: a mark is a word.
pub const ROLE_PHRASES: &[(&str, Pull, Option<Role>)] = &[
    ("emergency contact", Pull::Noun, Some(Role::EmergencyContact)),
    ("next of kin", Pull::Noun, Some(Role::NextOfKin)),
    ("nok", Pull::Label, Some(Role::NextOfKin)),
    (
        "power of attorney|health care proxy|healthcare proxy|health care agent|health care surrogate| \
         surrogate decision maker|surrogate|health care power of attorney|healthcare power of attorney| \
         durable power of attorney|medical power of attorney|healthcare agent|healthcare surrogate| \
         medical decision maker|decision maker",
        Pull::Noun,
        Some(Role::HealthCareAgent),
    ),
    ("hcp|poa|dpoa|proxy|hcpoa|mpoa", Pull::Label, Some(Role::HealthCareAgent)),
    (
        "legal guardian|guardian|guardian ad litem|conservator|foster parent|foster mother|foster father|temporary guardian| \
         court-appointed guardian",
        Pull::Noun,
        Some(Role::Guardian),
    ),
    ("guarantor|responsible party|financially responsible party", Pull::Noun, Some(Role::Guarantor)),
    ("subscriber|policy holder|policyholder|cardholder|card holder|plan member", Pull::Noun, Some(Role::Subscriber)),
    (
        "roommate|room-mate|room mate|other patient|another patient|fellow patient|peer|group member|participant| \
         bedmate|bunkmate|neighboring patient|another resident|neighbor bed|bed neighbor|chair neighbor|other resident|fellow resident|another client| \
         group peer|fellow group member|next bed|other participant|another participant|patient in the next bed| \
         patient in the door bed|patient in the window bed|patient in the other bed|patient on the other side| \
         patient across the hall|patient across the room|lady in the next bed|man in the next bed|woman in the next bed| \
         gentleman in the next bed|person in the next bed|lady in the other bed|man in the other bed|woman in the other bed| \
         different patient|wrong patient|other patient's name|patient next door|cellmate|cell mate",
        Pull::Noun,
        Some(Role::OtherPatient),
    ),
    ("donor", Pull::Noun, Some(Role::Donor)),
    (
        "married to|engaged to|divorced from|separated from|widow of|widower of|remarried to|wed to",
        Pull::Verb,
        Some(Role::Spouse),
    ),
    ("dating|girlfriend of|boyfriend of", Pull::Verb, Some(Role::Partner)),
    ("born to|delivered to|infant of|newborn of|baby of", Pull::Verb, Some(Role::Mother)),
    ("to be named|will be named|baby named|infant named|baby is named", Pull::Verb, Some(Role::Newborn)),
    ("newborn|infant|baby|babygirl|babyboy|bb|bg|baby girl|baby boy|neonate|newborn baby", Pull::Noun, Some(Role::Newborn)),
    ("interpreter|translator", Pull::Noun, Some(Role::Interpreter)),
    ("chaplain|priest|spiritual care", Pull::Noun, Some(Role::Chaplain)),
    (
        "friend|neighbor|neighbour|housemate|sponsor|aa sponsor|na sponsor|best friend|family friend| \
         roommate at home|church friend",
        Pull::Noun,
        Some(Role::Friend),
    ),
    (
        "sales rep|device rep|company rep|volunteer|notary|funeral director|handyman|mailman|tenant|colleague|classmate of|groomer|driver|landlord|principal|coworker|co-worker|witness|lawyer|attorney|teacher|coach|victim|assailant|babysitter|nanny|paralegal|bookkeeper|housekeeper| \
         probation officer|parole officer|perpetrator|abuser|suspect|bystander|passenger| \
         classmate|ex-boyfriend's|defendant|plaintiff|witness name|adjuster|claims adjuster|investigator|deputy| \
         trooper|sheriff|police officer|guidance counselor|godson|goddaughter",
        Pull::Noun,
        Some(Role::OtherPerson),
    ),
    ("caregiver|caretaker", Pull::Noun, Some(Role::Caregiver)),
    (
        "supervisor|manager|line manager|store manager|plant manager|boss|works for|worked for|manager at work|foreman|shift lead|hr manager|hr representative",
        Pull::Noun,
        Some(Role::Employer),
    ),
    (
        "medical assistant|sitter|aide|nursing assistant|nurse aide|nursing aide|patient care technician|home health aide|health aide| \
         orderly|transporter|healthcare assistant|health care assistant|dental assistant|mental health tech|restorative aide|bath aide| \
         companion aide|cargo agent|patient relations|information desk|rep|member services rep|service rep|call center rep| \
         clinic manager|practice manager|bed manager|program manager|him manager|house manager|unit manager|front office manager| \
         risk manager|risk management|file room|ward clerk|him analyst|him clerk|medical secretary|office aide|office assistant| \
         custodian|janitor|porter|dietary aide|bus driver|van driver|transport driver|shuttle driver|ambulance driver|courier| \
         benefits rep|insurance rep|claims rep|intake worker|payer rep| \
         eligibility worker|customer service rep|records clerk|study monitor|shift supervisor|registration clerk|admissions clerk| \
         billing clerk|referral clerk|him supervisor|desk clerk|financial counselor|patient rep|patient representative|caseworker| \
         case worker|cps worker|aps worker|dhs worker|dhhs worker|dcf worker|social services worker|child welfare worker| \
         privacy officer|compliance officer|switchboard|telephone operator|lab clerk|him coder|dispatcher|transport aide|court clerk| \
         office coordinator|scheduling coordinator|administrative assistant|admin assistant|program director|activities director| \
         activity director|facility administrator|administrator on duty|patient liaison|va rep|vso|service officer",
        Pull::Noun,
        Some(Role::Staff),
    ),
    (
        "hr|human resources|headmistress|headmaster|crew chief|general manager|hr person|hr rep|hr director|floor manager|site manager| \
         store owner|employer contact|shop foreman",
        Pull::Noun,
        Some(Role::Employer),
    ),
    (
        "clinical supervisor|case mgr|care mgr|recip coord|recipient coordinator|donor coordinator|transplant coord|donor coord| \
         school psych|school psychologist|peer specialist|peer support specialist|recovery coach|exercise physiologist|bereavement counselor| \
         grief counselor|behavior analyst|behavior technician|lactation|patient educator|physiologist|optician|suite mate|study coordinator| \
         research nurse coordinator|histotechnologist|cytotechnologist|genetics counselor|hospice liaison|clinical coordinator| \
         clinic coordinator|care guide|community health worker|chw|peer navigator|wound care|dosimetrist|medical physicist|pharm",
        Pull::Noun,
        Some(Role::Clinician),
    ),
    (
        "wound care nurse|ostomy nurse|dialysis nurse|float nurse|research nurse|practice nurse|district nurse|community nurse| \
         liaison nurse|health visitor|ward sister|nurse navigator|nurse coordinator|cath lab nurse|or nurse|pacu nurse|recovery nurse| \
         flight nurse|camp nurse|specialist nurse|nurse specialist|public health nurse|nurse educator|evening nurse|oncology nurse| \
         parkinson's nurse|diabetes nurse|screening nurse|nurse liaison|private duty nurse|medication nurse|relief nurse|supervising nurse| \
         intake nurse|advice nurse|office nurse|transplant nurse|newborn nurse|nursery nurse|rn case manager|case manager rn",
        Pull::Noun,
        Some(Role::Nurse),
    ),
    (
        "locum|family physician|general practitioner|vascular surgeon|transplant surgeon|orthopedic surgeon|general surgeon|plastic surgeon| \
         oral surgeon|eye doctor|heart doctor|kidney doctor|house officer|nocturnist|medical examiner|coroner|medical director|anaesthetist| \
         anaesthesiologist|paediatrician|haematologist|gynaecologist|orthopaedic surgeon|endodontist|periodontist|trauma surgeon|hand surgeon| \
         teleradiologist|eye surgeon|heart surgeon|thoracic surgeon|cardiac surgeon|colorectal surgeon|spine surgeon|bariatric surgeon| \
         ed doc|er doc|ed physician|er doctor|ed attending|icu attending|on-call physician|rounding physician|primary doctor|specialist registrar| \
         senior house officer|foundation doctor|teaching fellow|dermatopathologist|neuroradiologist|interventional radiologist",
        Pull::Noun,
        Some(Role::Physician),
    ),
    (
        "landlady|guardian ad litem|gal|parishioner|church member|roomer|lodger|boarder|repairman|mechanic| \
         personal trainer|piano teacher|sunday school teacher|bus aide|crossing guard|notary public|godparent|sponsee",
        Pull::Noun,
        Some(Role::OtherPerson),
    ),
    ("employer", Pull::Label, Some(Role::Employer)),
    (
        "witnessed by|escorted by|accompanied by|brought in by|brought by|driven by|provided by|reported by| \
         spoke with|spoke to|talked with|talked to|discussed with|met with|lives with|living with|consulted with| \
         conferred with|d / w|c / o|named|this is|per|s / w|s / w /|discussed w /|discussed case with|spoke w /| \
         talked w /|met w /|reviewed with|reviewed w /|case reviewed with|message from|message to|msg from| \
         note from|note by|note to|call from|call to|letter from|letter to|email from|e-mail from|voicemail from| \
         thanks to|visited by|raised by|next to|staying with|stays with|came with|here with|came in with|presents with her| \
         attn :|belongs to|belonging to|intended for|prescribed to|note for| \
         results for|chart of|record of|name of|lived with|resides with|shares a room with|rooming with|works for| \
         assaulted by|hit by|bitten by|struck by",
        Pull::Verb,
        None,
    ),
    (
        "by|with|through|w /|saw|asked|told|thanked|introduced|called|texted|notified|informed|contacted|emailed| \
         messaged|phoned|interviewed|mentions|mentioned|called by",
        Pull::Weak,
        None,
    ),
    (
        "social worker|case manager|care manager|discharge planner|care navigator| \
         patient navigator|nurse case manager",
        Pull::Noun,
        Some(Role::SocialWorker),
    ),
    ("pharmacist", Pull::Noun, Some(Role::Pharmacist)),
    ("dietitian|nutritionist", Pull::Noun, Some(Role::Dietitian)),
    ("psychologist", Pull::Noun, Some(Role::Psychologist)),
    (
        "physio|physiotherapist|physical therapist|occupational therapist|speech therapist|therapist|counselor|group leader| \
         respiratory therapist|massage therapist|recreation therapist|recreational therapist|music therapist| \
         art therapist|speech pathologist|speech language pathologist|acupuncturist|counsellor|athletic trainer| \
         group facilitator|co-facilitator",
        Pull::Noun,
        Some(Role::Therapist),
    ),
    ("nurse practitioner", Pull::Noun, Some(Role::NursePractitioner)),
    ("physician assistant", Pull::Noun, Some(Role::PhysicianAssistant)),
    (
        "phlebotomist|lab tech|monitor tech|pharmacy tech|technician|technologist|sonographer|ems crew|crew|medic|paramedic|hygienist| \
         dental hygienist|x-ray tech|radiology tech|ekg tech|ultrasound tech|surgical tech|scrub tech| \
         ct tech|mri tech|echo tech",
        Pull::Noun,
        Some(Role::Technician),
    ),
    (
        "charge nurse|nurse|anesthetist|circulating nurse|circulator|scrub|scrub nurse|bedside nurse|primary nurse| \
         triage nurse|night nurse|day nurse|icu nurse|school nurse|hospice nurse|home health nurse| \
         house supervisor|nursing supervisor|nurse manager|rapid response nurse|lactation consultant| \
         discharge nurse|infusion nurse|wound nurse|staff nurse|visiting nurse|clinic nurse|nursing student| \
         student nurse",
        Pull::Noun,
        Some(Role::Nurse),
    ),
    (
        "primary care physician|primary care provider|attending physician|attending provider|referring physician| \
         referring provider|ordering physician|consulting physician|surgeon|assistant surgeon|anesthesiologist| \
         cardiologist|radiologist|pathologist|hospitalist|psychiatrist|dentist|oncologist|hematologist| \
         nephrologist|neurologist|urologist|gastroenterologist|endocrinologist|rheumatologist|dermatologist| \
         pulmonologist|ophthalmologist|gynecologist|obstetrician|pediatrician|neonatologist|internist|geriatrician| \
         physiatrist|podiatrist|optometrist|orthopedist|neurosurgeon|intensivist|allergist|perinatologist| \
         chiropractor|orthodontist|intern|chief resident|senior resident|family doctor|on-call doctor| \
         covering physician|electrophysiologist|proceduralist|hepatologist|immunologist",
        Pull::Noun,
        Some(Role::Physician),
    ),
    (
        "midwife|nurse midwife|certified nurse midwife|ordering provider|preceptor|orientee|genetic counselor|medical student|med student|sub-i|student doctor|acting intern|audiologist|care coordinator|perfusionist|doula|prosthetist|orthotist| \
         health coach|diabetes educator|child life specialist|referral coordinator|transplant coordinator| \
         research coordinator",
        Pull::Noun,
        Some(Role::Clinician),
    ),
    (
        "attending|pcp|physician|resident|consultant|referring|res|submitting|ped|peds|pediatrician chosen|ped chosen|pcp of record|admitting|consulting|attending md|fellow| \
         surgeon on call|admitting physician|dictating physician|ordering md|md|physician of record| \
         supervising physician|anesthesia|dictating",
        Pull::Label,
        Some(Role::Physician),
    ),
    (
        "provider|clinician|author|performer|ordering|reading|cosigned|co-signed|signed|signature|assistant| \
         assistants|dictator|reviewer|requesting|treating|seen|rendering provider|billing provider| \
         supervising provider|care team|first assist|clinician name|provider name|cosigner|co-signer|attestation| \
         electronically signed|e-signed",
        Pull::Label,
        Some(Role::Clinician),
    ),
    (
        "electronically signed by|digitally signed by|electronically authenticated by|signed by|cosigned by| \
         co-signed by|dictated by|authored by|written by|prescribed by|ordered by|performed by|reviewed by| \
         interpreted by|read by|administered by|referred by|referred to|evaluated by|examined by|treated by| \
         followed by|seen by|authenticated by|attested by|approved by|documented by|charted by| \
         supervised by|assessed by|managed by|resulted by|given by|started by|recommended by| \
         signed out to|care of|under the care of|followed with|intubated by|requested by|asked by|done by|rx by|ref by|refilled by|renewed by|sutured by|closed by|repaired by|excised by|extubated by|delivered by|consulted by|triaged by|screened by| \
         counseled by|educated by|injected by|scoped by|biopsied by|treated by|vaccinated by|immunized by|operated on by|stented by|caught by|received from| \
         placed by|inserted by|obtained by| \
         taken by|checked by|referral from|referral to|appointment with|appt with|follow up with|follow-up with| \
         f / u with|f / u w /|followup with|visit with|staffed with|staffed w /|precepted by|precepted with| \
         report given to|report received from|report from|report to|handoff from|handoff to|hand-off from| \
         hand-off to|hand off from|hand off to|endorsed to|relieved by|assisted by|paged|text paged|repaged| \
         overhead paged|rec'd from|received report from|gave report to|sign out to|signout to|discharged by| \
         admitted by|cleared by|transferred by|called by|covered by|covering for|coverage by",
        Pull::Verb,
        Some(Role::Clinician),
    ),
    (
        "transcribed by|entered by|recorded by|scanned by|scribed by|updated by|created by|typed by|opened by| \
         viewed by|accessed by|printed by|modified by|edited by|changed by|added by|deleted by|filed by|faxed by| \
         sent by|received by|released by|exported by|generated by|prepared by|compiled by| \
         scheduled by|registered by|checked in by|verified by|completed by|processed by|indexed by|copied by|mailed by|answered by|moved by|uploaded by|submitted by|last edited by|logged by|keyed by| \
         signed off by",
        Pull::Verb,
        Some(Role::Staff),
    ),
    ("scribe|user|username|user name|user id|login|login id|scribed|typist", Pull::Label, Some(Role::Staff)),
    ("dispensed by", Pull::Verb, Some(Role::Pharmacist)),
    ("collected by|drawn by|blood drawn by|labs drawn by", Pull::Verb, Some(Role::Staff)),
    ("translated by", Pull::Verb, Some(Role::Interpreter)),
    (
        "informant|visitors|attn|cc|name|from|to|re|bcc|attendees|present|participants|members present| \
         in attendance|also present|reported|informants|historian|history from|source|completed|names",
        Pull::Label,
        None,
    ),
    ("visitor", Pull::Noun, None),
    ("emergency contacts", Pull::Label, Some(Role::EmergencyContact)),
    ("primary insured|insured", Pull::Label, Some(Role::Subscriber)),
    ("facilitator|slp|ot|leader|co-leader", Pull::Label, Some(Role::Therapist)),
    ("contact person", Pull::Noun, Some(Role::Contact)),
    ("contact name|contact", Pull::Label, Some(Role::Contact)),
    ("significant other|sig other|father of baby|father of the baby", Pull::Noun, Some(Role::Partner)),
    (
        "registrar|receptionist|secretary|unit secretary|scheduler|clerk|unit clerk|transcriptionist|biller|coder| \
         front desk|medical records clerk|security officer|security guard|patient advocate|ombudsman| \
         office manager",
        Pull::Noun,
        Some(Role::Staff),
    ),
    ("nursing|charge", Pull::Label, Some(Role::Nurse)),
    ("performed", Pull::Label, Some(Role::Technician)),
    ("tech", Pull::Label, Some(Role::Technician)),
    ("collector", Pull::Label, Some(Role::Staff)),
    ("pharmd|rph", Pull::Label, Some(Role::Pharmacist)),
    ("sw|cm", Pull::Label, Some(Role::SocialWorker)),
    (
        "primary care|onc|rad|rads|heme|hem|neuro|psych|surg|pulm|uro|derm|peds|ob|icu|endo|rheum|nephro|anes|internal medicine|family medicine|cardiology|nephrology|neurology|oncology|hematology| \
         endocrinology|gastroenterology|rheumatology|urology|dermatology|pulmonology|pulmonary|surgery| \
         general surgery|orthopedics|orthopedic surgery|psychiatry|radiology|pathology|anesthesia|anesthesiology| \
         pediatrics|neonatology|ophthalmology|obstetrics|gynecology|ob / gyn|hospitalist|hospital medicine| \
         emergency medicine|geriatrics|infectious disease|infectious diseases|id consult|vascular surgery| \
         neurosurgery|critical care|pcp|attending|resident|fellow|intern|surgeon|pgy|attending physician| \
         attending of record|palliative care|transplant surgery|cardiothoracic surgery|plastic surgery|ent|gi| \
         ct surgery|renal|ortho|cards|on call|covering",
        Pull::Field,
        Some(Role::Physician),
    ),
    (
        "physical therapy|occupational therapy|speech therapy|respiratory therapy|speech|facilitator| \
         co-facilitator|group leader|counseling",
        Pull::Field,
        Some(Role::Therapist),
    ),
    ("pharmacy", Pull::Field, Some(Role::Pharmacist)),
    ("social work|case management|discharge planning", Pull::Field, Some(Role::SocialWorker)),
    ("nutrition|dietary|dietetics", Pull::Field, Some(Role::Dietitian)),
    (
        "nursing|charge nurse|nurse line|nurse triage|triage nurse|wound care|bedside nurse|primary nurse| \
         float nurse",
        Pull::Field,
        Some(Role::Nurse),
    ),
    ("spiritual care|chaplaincy|pastoral care|chaplain", Pull::Field, Some(Role::Chaplain)),
    ("interpreter services|interpreter|video interpreter|phone interpreter", Pull::Field, Some(Role::Interpreter)),
    (
        "front desk|registration|billing|medical records|scheduling|unit clerk|secretary|scribe|transcription| \
         reception",
        Pull::Field,
        Some(Role::Staff),
    ),
    ("ultrasound|radiology tech|phlebotomy|tech", Pull::Field, Some(Role::Technician)),
    ("sitter|aide|transport", Pull::Field, Some(Role::Staff)),
    ("psychology|neuropsychology", Pull::Field, Some(Role::Psychologist)),
    (
        "hcp|poa|dpoa|proxy|hcpoa|mpoa|health care proxy|healthcare proxy|health care agent",
        Pull::Field,
        Some(Role::HealthCareAgent),
    ),
    ("emergency contact", Pull::Field, Some(Role::EmergencyContact)),
    ("nok|next of kin", Pull::Field, Some(Role::NextOfKin)),
    ("legal guardian|guardian", Pull::Field, Some(Role::Guardian)),
    ("guarantor", Pull::Field, Some(Role::Guarantor)),
    ("subscriber|policy holder|policyholder", Pull::Field, Some(Role::Subscriber)),
    ("donor|living donor", Pull::Field, Some(Role::Donor)),
    (
        "roommate|other patient|another patient|peer|group member|donor recipient|other resident",
        Pull::Field,
        Some(Role::OtherPatient),
    ),
    ("friend|neighbor|sponsor", Pull::Field, Some(Role::Friend)),
    ("supervisor|boss|manager|employer", Pull::Field, Some(Role::Employer)),
    ("attorney|lawyer|teacher|landlord|coworker|co-worker|witness|coach|officer", Pull::Field, Some(Role::OtherPerson)),
    ("caregiver|caretaker|home aide|pca", Pull::Field, Some(Role::Caregiver)),
];
