//! Small tables of words, separated by blanks.

/// Small words of running text, nouns for persons and labels.
pub const RUNNING: &str = "please in an so my see many else on at to of the and or for with by from as is was are be been has had have said seen \
     if no not do does did but than then out up new old all any more most less good well here there patient doctor \
     nurse mother father brother sister son child family man woman lady boy girl baby infant friend provider \
     physician he she him her his them they it its we us me you your our who now today left right both per via also \
     over under after before during when while none other unknown yes na am pm hospital clinic center medical home \
     office service services care health day date time name last first middle phone fax address note notes staff team \
     unit room bed general local spinal regional dea npi mrn ssn dob dod lic ext tel cell pager id";

/// Names that stand for the thing even alone and without a possessive.
pub const BARE: &str = "parkinson parkinsons alzheimer alzheimers crohn crohns hodgkin hodgkins hashimoto hashimotos graves foley apgar \
     braden bovie penrose doppler holter mohs glasgow gleason mallampati marfan horner raynaud raynauds sjogren \
     sjogrens barrett barretts addison addisons cushing cushings tourette tourettes hickman yankauer valsalva romberg \
     babinski kernig brudzinski mcburney mcburneys murphys phalen tinel homans wilsons bells kaposi ewing burkitt \
     heimlich trendelenburg metzenbaum debakey epworth rorschach wechsler snellen coombs gram wright giemsa pott \
     colles baker babcock gleason homan wegener dressler rovsing mallampati lachman neer spurling bankart weitlaner \
     deaver kocher allis whipple nissen jackson-pratt guillain-barre swan-ganz hoffmann hoffman tinetti braxton";

/// Endings of terms of medicine and of generic drug names (USAN stems).
pub const ENDINGS: &str = "itis osis aemia opathy ectomy ostomy otomy plasty scopy graphy gram algia pnea plegia paresis megaly \
     trophy lysis penia philia phobia rrhea rrhage sclerosis pril sartan olol statin azole mycin cillin dipine azepam \
     zolam mab tinib gliptin gliflozin glutide oxacin cycline triptan setron prazole tidine parin xaban thiazide \
     semide terol asone isone solone nide caine codone morphone fentanil barbital pramine oxetine triptyline azine apine \
     idone avir evir ivir ovir uvir relvir vudine formin glitazone dronate fibrate platin rubicin taxel profen coxib grel toin gabalin bicin \
     vaccine globulin ology iatry iatric ologist iatrist tropin kinase logical rrhoea oedema edema ation ment";

/// The same in words of nine letters or more: shorter ones are in the lists or somebody (`Noemia`, `Tanase`, `Bruria`, `Jasvir`).
pub const ENDINGS_LONG: &str = "emia uria ase asvir";

/// Small words that go on after a person's name: words of grammar, irregular verbs, states.
pub const GOES_ON: &str = "about above absent across afraid after again against agree ago alert alone already also although always am an and angry \
     another anxious any are around as asleep at available awake aware away back be became because been before began behind being \
     below beside between both bought brought busy but by call came can come comfortable concerned could cried daily dead did died \
     do does down drew drove due during each early either else even ever every fair fell felt fine first flew for forgot fri from \
     full gave get glad go gone good got had happy has have he held her here herself him himself his home how i ill in into is it \
     its just keep kept knew last late later lay leave led left lies lost made may me meet met might mon more most much must my \
     near need never next no none nor not now of off often ok okay old on once one only onto or our out outside over pale per \
     phone please present put quit ran reach read ready reluctant right rn sad said same sat saw say see sent shall she should \
     sick since slept so some soon speak spoke stable staff stood stay still such sun supportive swam take talk tearful than that \
     the their them then there these they think this those though thought thru thur thurs till to today together told tomorrow \
     too took tonight towards tue tues twice two unable under until up upset us very via want was we wed well went were what when where which \
     while who whom whose why will willing with within without woke won would wrote yes yesterday yet you your yr \
     found forgot heard hit hung hurt led lent lit lost paid put rang ran rode rose sang sold sought stole stuck struck swore swung taught threw understood wept wore wound \
     np md do pa cna lpn lvn cell mobile work fax pager ext aged age dob re cc x";
