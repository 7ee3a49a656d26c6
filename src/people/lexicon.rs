//! Small word lists about names: short forms, spellings, frequent names, titles, credentials, placeholders.
//!
//! Written for this program from general knowledge of English-language records; not a copy of a published table. Lists only need
//! to hold what is frequent: a name that is in none of them is treated as rare and unattested, which leads to review, not to error.

use crate::model::role::Role;
use std::collections;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::LazyLock;

/// Each line is one given name with its short forms and other spellings. Two names are variants when they share a line.
const VARIANTS: &str = "
aaron ron ronnie|abigail abby abbie gail|abraham abe bram ibrahim|adam addy|adelaide addie della|agnes aggie|albert al bert bertie
alexander alex alec al sandy xander sasha lex alejandro oleksandr aleksandr aleksander|alexandra alex sandra sandy lexi sasha alexa
alexis alex lexi|alfred al fred alf alfredo|alice ali allie|alicia ali lisha|allison alison ali allie|amanda mandy manda|amelia amy millie
andrew andy drew andre andreas andrei|andrea andi andie drea|angela angie ang|angelina angie lina|ann anne anna annie nan nancy ana anya hanna
anthony tony ant antonio anton|antoinette toni netta|archibald archie|arthur art artie arturo|augustus gus augie|barbara barb babs barbie
bartholomew bart|beatrice bea trixie beatriz|belinda bel linda|benedict ben|benjamin ben benny benji|bernadette bernie|bernard bernie barney
bethany beth|beverly bev|bradley brad|brandon bran|brenda bren|brian bryan|bridget bridie biddy|bruno|caleb cal|calvin cal|cameron cam
carl karl carlos charles charlie chuck chas chip carlo|carol carole caroline carrie|caroline carolyn carol carrie lynn carolina
catherine katherine kathryn catharine kathleen cathy kathy kate katie kat kay kit kitty cate katy katya ekaterina yekaterina katerina catalina
cecilia cecily celia cissy|charlotte charlie lottie char carlotta|chester chet|christian chris|christina christine chris chrissy tina christy
kristina kristine kristin kristen kris krissy tina christina|christopher chris topher kit kris cristobal|clarence clare|clarissa clara
clifford cliff|clinton clint|constance connie|cornelius neil corny|courtney court|crystal krystal|curtis curt|cynthia cindy cyndi
daniel dan danny daniil|danielle dani daniela daniella|david dave davey davy davi|deborah debra deb debbie debby|delores dolores lola dee
dennis denny den|denise dee|derek derrick rick|desmond des|diana diane dianne di|dominic dom nick domenic|donald don donnie|donna don
dorothy dot dottie dolly dora|douglas doug|duncan dunc|dwayne duane wayne|edgar ed eddie|edith edie|edmund ed eddie ned ted
edward ed eddie ned ted teddy eduardo|edwin ed eddie|eileen aileen|elaine lainie|eleanor elinor ellie nell nellie nora lenore elena
elena helena olena lena|elijah eli|eliza liza|elizabeth elisabeth liz lizzie beth betty bess betsy eliza libby lisa liza lisbeth ellie isabel
ella ellie|ellen ellie nell|emily emma em emmie|emma em emmy|eric erik rick|erica erika ricki|ernest ernie ernesto|esther essie hester ester
eugene gene yevgeny evgeny|evelyn eve evie|ezekiel zeke|florence flo flossie|frances fran frannie francie francesca francisca
francis frank fran francisco|franklin frank|frederick fred freddie rick frederic federico|gabriel gabe|gabriella gabrielle gabby gabriela
genevieve gen jenny viv|geoffrey jeffrey geoff jeff|george georgie jorge georg|georgia georgie|gerald gerry jerry|geraldine gerry
gerard gerry|gilbert gil bert|giovanni gio gianni|gladys glad|glenn glen|gloria glory|gordon gordy|grace gracie|gregory greg gregg grigory
gretchen greta|guadalupe lupe lupita|gustavo gus|gwendolyn gwen wendy|hannah hanna anna|harold harry hal|harriet hattie harry
harrison harry|harvey harv|heather|helen nell helena ellen|henry hank harry hal enrique henri|herbert herb bert|herman|hilary hillary
howard howie|hubert hugh bert|hugh huey|ian iain|ignacio nacho|irene|isaac ike zac|isabel isabella isabelle izzy bella belle bel
isaiah ike|ivan vanya|jackson jack|jacob jake jakob jay|jacqueline jackie jacqui|james jim jimmy jamie jem jay|jane janie jenny jan
janet jan|janice jan|jasmine jas|jason jay|jean jeanne jeannie|jeanette jean|jennifer jen jenny jenn|jeremiah jerry jem|jeremy jerry
jerome jerry|jesse jess|jessica jess jessie|jessie jess|jill gillian jillian|joan joanie|joanna joanne jo|joel|john jack johnny jon jock
jonathan jon jonny nathan johnathan|jordan jordy|joseph joe joey jos jose josef yosef yusuf yousef youssef josip giuseppe|josephine jo josie
josefina fina josephine pepa|jose pepe|joshua josh|joyce joy|juan juanito|judith judy jude|julia julie jules yulia iuliia giulia
julian jules|juliana julie|justin|karen karin karyn|katherine kit|katrina kat trina|kayla kay|keith|kelly kelli kellie|kenneth ken kenny
kevin kev|kimberly kim kimberley|kirsten kirstin|kristopher kris|larry lawrence laurence laurie lars|laura laurie lori|lauren laurie
lawrence laurence larry law|leah lea|leonard leo len lenny leonardo|leroy roy|leslie les lesley|lester les|lillian lily lil lilian
linda lindy lynda|lindsay lindsey|loretta lori etta|lorraine lori|louis louie lou lewis luis|louise lou lulu luisa|lucille lucy lucia
lucy lu lucie|luke luca lucas lukas|lydia lyddie|lynn lyn lynne|mabel mae|madeline maddie madeleine lena madelyn|malcolm mal
marcus mark marc marco marcos|margaret peggy meg maggie madge marge margie daisy greta rita peg megan margarita margie marguerite margo
maria mary marie mariya|mariana mari|marianne mary anne|marie mary|marilyn mary|marion|marjorie marge margie|mark marc|marsha marcia
martha marty mattie patsy|martin marty|marvin marv|mary molly polly mae may mamie|matilda tilly mattie|matthew matt matty mateo
maureen mo|maurice mo morris|maxine max|maximilian max|maxwell max|megan meg meghan|melanie mel|melinda mel mindy|melissa mel missy lissa
melvin mel|mercedes mercy|meredith merry|michael mike mick mickey micky mikey miguel mikhail mykhailo michal|michelle shelly micky michele
mildred millie|miranda mandy randy|miriam mimi|mitchell mitch|mohammed muhammad mohamed mohammad muhammed mohamad mohamud mahomed mehmet md mo
montgomery monty|morgan|mortimer mort|myron|nancy nan|naomi nomi|natalie nat natalia natalya nataliya natasha|nathan nate nat|nathaniel nate nat
nicholas nick nicky nico nikolai nikolay mykola nicolas nikolas|nicole nikki nicky nicola|nora norah|norma|norman norm|oliver ollie olly
olivia liv livvy|oscar ozzie|pamela pam|patricia pat patty patsy trish tricia trisha|patrick pat paddy rick patricio|paul paulie pablo pavel paulo
paula polly|pauline polly|penelope penny|percival percy|peter pete pedro petr pyotr|philip phil phillip pip felipe|philomena mena|phyllis phyl
priscilla cilla|quentin quinn|rachel rae rachael raquel|ralph rafe|ramon ray|randall randy|randolph randy|raymond ray|rebecca becky becca reba
regina gina|reginald reg reggie|rene renee|reuben ruben|richard rick rich dick ricky richie ricardo|rita|robert bob bobby rob robbie bert robby roberto
roberta bobbie robbie|roderick rod rick|rodney rod|roger rodge|roland rollie|roman|ronald ron ronnie|rosa rose rosie|rosalind roz|rose rosie
rosemary rose rosie|rosario charo|roxanne roxy|roy|russell russ rusty|ruth ruthie|sabrina brina|sally sal sarah|salvatore sal|salvador sal
samantha sam sammy|samuel sam sammy|sandra sandy|sara sarah sally sadie|saul|scott scotty|sean shaun shawn|sebastian seb bas|seth
serena rena|sergio serge sergei sergey|sharon shari|sheila|shirley|sidney sid sydney|silvia sylvia|simon si shimon|solomon sol|sonia sonya
sophia sophie sofia sofie|spencer spence|stanley stan|stella|stephanie steph stefanie|stephen steven steve stevie stefan esteban stephan
stewart stuart stu|susan sue susie suzie suzanne susanna susannah suzy|sylvester sly|tabitha tabby|tamara tammy tam|tatiana tatyana tania tanya
teresa theresa terry tess tessa tessie tracy|terrence terry terrance|theodore ted teddy theo fyodor|theodora dora thea|thomas tom tommy tomas thom
timothy tim timmy|tobias toby|tracy tracey|travis trav|trevor trev|tyler ty|ulysses|ursula|valentina val tina|valerie val|vanessa nessa
veronica ronnie vera nica|victor vic viktor|victoria vicky vicki tori vic|vincent vin vinny vince vicente|viola vi|violet vi
virginia ginny ginger|vivian viv|vladimir vova volodymyr|walter walt wally|wanda|warren|wendy|wesley wes|wilhelmina mina willa minnie
wilfred will fred|william bill billy will willie liam wilhelm guillermo|winifred winnie fred|winston win|xavier javier|yvonne|zachary zach zack zak
zoe zoey|ahmed ahmad ahmet|ali aly|aisha ayesha aysha aicha|fatima fatimah fatma fatema|hussein hussain husain hossein husein|hassan hasan
khaled khalid|omar umar omer|abdullah abdallah|abdul abdel abd|ibrahim ebrahim|ismail ismael|mustafa mostafa moustafa|mahmoud mahmud|yusuf yousuf
said saeed sayed syed|tariq tarek tarik|zainab zaynab zeinab|mariam maryam miriam|nour noor nur|rashid rasheed|karim kareem|jamal gamal
yuri yuriy iurii|alexei aleksey alexey oleksiy|dmitri dmitry dmitriy dmytro|anastasia nastya|oksana|olga|ludmila lyudmila liudmyla|irina iryna
aleksandra oleksandra|yevgenia evgenia|guillermo memo|francisco paco pancho|jesus chuy|roberto beto|alberto beto|eduardo lalo|ignacio nacho
concepcion concha|dolores lola|mercedes meche|rafael rafa|manuel manny manolo emanuel|enrique quique|isabel chabela|graciela chela|leticia lety
xiaoming|ming|mei may
katherine kathrine katharine kathryn catherine cathrine cathryn|steven stephen stephan|daniel danial|brian bryan brain|erick eric erik|teresa theresa|alicia alisha|alyssa alissa alisa
caitlin kaitlin katelyn kaitlyn caitlyn katelynn|megan meghan meagan|hailey haley hayley|makayla mikayla michaela mckayla|nicolas nicholas nickolas|christofer christopher kristopher kristofer|rachael rachel
rebekah rebecca|vivian vivien|jaclyn jacquelyn jacqueline|carol carole carroll|isabel isabell ysabel|shaun shawn sean|marc mark|zachery zachary|kelly kelley|sherry sherri|terri terry|jerry gerry|sara sarah|lea leah lia
maryann maryanne marianne|annmarie|billie billy|jimmie jimmy|tommie tommy|bobbie bobby|jon john|dianne diane|sheryl cheryl|denise denice|elliot elliott|bret brett|scot scott|curt kurt|karl carl|phil phill|ashleigh ashley|kaylee kayleigh|lindsey lindsay
abel abe|ada adeline adelaide addie|alan allan allen al alain|alberta bertie|aldo al|alexandria alex sandra lexi|allyson ali allie alison allison|alonzo lon
anastasia stacy ana|angelica angie angelina|annette annie|antonia toni ann|arlene arleen|aron aaron|augusta gussie|august gus augustine|barbara bobbie|belinda belle
benjamin bennie|bertha bertie|bertram bert|brittany britt|brittney britt|broderick rick|camille cammie millie|candace candy|carla karla|carlton carl
cassandra cassie sandra sandy|cathleen kathleen cathy kathy katy kay|celeste celia|clifton cliff|cordelia delia|christiana chris christy tina|christina kristy chrissy
christine kristy kris|delbert bert del|debora deb debbie debby deborah|dominick nick nicky dom dominic|donald donny|donovan don|edmond ed eddie edmund|edwina eddie
edward eddy|edwin eddy ned|edgar eddy|elbert bert al|elias eli|elisabeth bessie|elizabeth bessie elsie|ernestine erna tina|erwin irwin|estelle stella|estella stella
evangeline eva evie|ferdinand fred freddie|flora florence|frances fanny frankie|francis frankie|francine fran|frederica freddie erica rickie|frederick freddy fritz fredrick frederik
garrett gary garry|geraldine gerri jerry geri|gertrude trudy gertie|henrietta hattie etta|irving irvin irv|jacqueline jackie jacquelyn jacklyn|james jimmie jamey|jane jennie|janet jan jessie
jeffery jeff jeffrey jefferey|jennifer jenni jennie|joan jo|joann jo joanne joanna|johnathan johnathon jonathan jonathon jon john johnny jonny|joseph jody|josephine joey jody|justina tina
judith judi judie|katelyn kate katie kay|katherine kaye trina kathi|kendall ken|kendrick ken kenny|kimberly kimberley kym|kristine christine kris chris kristy|kristen kristin chris kris
latisha tisha|laurence larry lon|lawrence lonny|leonora nora nell lenora|letitia lettie tish|lillian lilly|loretta retta lorie|lorraine lorrie lorie|louisa lou|lucinda lucy cindy lou
luella ella lu|madeline madge maggie|magdalena lena maggie|margaret margery gretchen mitzi|marian marion marianna|marilyn lynn|martina tina|mathew matt matthew|mathilda tillie|melinda lindy|micheal mike michael
michael mikel|millicent millie missy|miranda mira|napoleon leon|natasha tasha|nathaniel nathan|nicholas nickie|nicole nicki cole|norbert bert|olive ollie|orlando roland|patience pat|patricia patti
patrick patsy|raphael rafael ralph|roberta bert|rodger roger rod|ramona mona|regina reggie|ronald ronny|rosalyn rose|roseann rose rosie ann|rosemary rosemarie|rudolph rudy rolf|sanford sandy|sharon shay|sheldon shelly
sheryl cheryl sherry sheri cheri|solomon saul|stacey stacy staci stacie anastasia|terence terry terrence|terri terry theresa|thaddeus thad tad|theresa traci tracie terri|veronica ronnie vonnie|victoria vickie
vincenzo vince vinnie|wallace wally|wilbur will willie|wilhelmina willie wilma mina billie|william willy willi|wilson will|winnifred winnie fred winifred|woodrow woody drew|zachariah zack zach|zachary zachery zackary
catherine cathryn catheryn|elisa lisa|isabelle isobel|jaime jamie|aleksey aleksei alexei|mikhail misha michael|nikolai kolya|ekaterina katya|elizaveta liza|yelena elena helen|tatyana tanya|aleksandr sasha alexander|natalya natasha
pyotr petya|ivan ioan|jesus chucho|francisco pancho kiko frank|jose pepito|antonio tono|guadalupe lupita lupe|luis lucho louis|alejandro alex|alejandra alex ale|santiago santi diego|sebastian sebas|fernando nando|leonardo leo|lorenzo larry
maria mari|margarita rita|marisol mari|rosario chayo|soledad sole|consuelo chelo|refugio cuca|hector tito|armando mando|gerardo jerry|gregorio goyo greg|ricardo rick ricky|ramon moncho|rodolfo rudy|benito ben|vicente chente
fatima fatma fatemeh|khadija khadijah|abdulrahman abdelrahman|jamila jameela|salim saleem|karima kareema|nasir nasser naser|usman osman uthman|anwar anwer|bilal belal|samira sameera|yasmin yasmeen jasmine|sofia zofia sophia
krishna krish|venkatesh venkat|subramaniam subramanian subra|lakshmi laxmi luxmi|vijay bijay|geetha gita geeta|sita seetha seeta|harish hari|rajesh raj|suresh suri|padmini padma|krishnan kris
zoltan zoli|istvan steve stephen|gyorgy george|laszlo les leslie|jozef joe josef joseph|jerzy george jurek|tomasz thomas tomek tom|andrzej andrew|piotr peter|pawel paul|krzysztof chris kris|katarzyna kasia kate|malgorzata gosia margaret|agnieszka aga agnes|wojciech wojtek|stanislaw stan|zbigniew zbig zbyszek|hyun hyeon|jin|min|sung seong|young yeong|jung jeong|sun seon|thi|van|duc|minh|hoa|lan|anh|huong|tuan|hung";

/// Further given names that are frequent enough that a slip of the pen into one of them is unlikely.
const GIVEN: &str = "
aiden alan alana alec alejandra alfonso alma alvin amber amir amy anita april ariana ashley aubrey audrey austin ava avery barry becky
ben bernice bessie beth betty bianca bill blake bobby bonnie brad brandi brayden brent brett brianna brittany brooke bruce bryce byron camila
candace carla carlos carmen carter cassandra cedric chad chase chelsea cheryl chloe claire clara claude claudia clyde cody colin colleen cora corey
craig daisy dale damian dana darlene darrell darren dawn dean deanna desiree devin diego dominique doris dustin dylan earl eddie eduardo edna eli
elias elisa ellie elmer elsa elsie emanuel emilio enrique erin ethan eva evan everett faith felicia felix fernando floyd fred gabriela garrett gary
gavin gina ginger glenda gonzalo graham grant guy hailey harper hazel hector holly hope hugo hunter ida inez ira isaac jack jackie jaime jake jamie
javier jay jeff jeffery jenna jenny jerry jim jimmy jo joe johnny jonathon jorge josephina juanita judy julio june kaitlyn kara karl katie kay kelsey
kendra kent kerry kim kristin kurt kyle lance latoya lee lena leo leon leona liam lisa logan lois lola lonnie lucas lucia luis luz mackenzie madison
mae manuel marco mario marissa marjorie marlene marshall mason mateo maya mia mike minnie misty molly monica morgan myra myrtle nadia nelson nina noah
noel oleg omar opal orlando pablo paige patsy pearl pedro perry peggy penny phoebe raj rafael ramona randy raul ray reid ricardo rick ricky riley robin rocco
roberto rochelle roman rosie ross ruby ryan sadie sally salvador sandy santiago sergio shane shannon shaun shelby shelly sherri sherry sofia
stacy stella stephan sue summer tammy tanya tara ted terri terry theo tiffany tina todd tom toni tony tonya tracey tricia tyrone van velma vera vernon
vicki vicky violet walter wayne whitney will willie yolanda zach wei jing yan li na hui hong juan ravi sanjay priya anil sunita amit deepa
rahul arjun lakshmi kenji yuki hiroshi haruto akira ivan pavel marek piotr zofia zbigniew krzysztof agnieszka ewa bjorn lars ingrid sven astrid
jayden kayden brayden hayden caden cayden zayden kaden braden aaden ayden olivia emma sophia isabella charlotte amelia luna aria nora zoey mila
lily penelope chloe layla riley nora ellie stella aurora savannah addison willow lucy everly skylar bella claire anna caroline genesis aaliyah
kennedy kinsley allison cora eliana naomi ivy hailey lydia melody clara athena raelynn delilah isla eden oliver elijah lucas mason ethan levi
sebastian mateo jackson asher carter wyatt julian grayson luke ezra lincoln isaiah josiah hudson nolan easton parker jameson maverick xavier leo
brooks jeremiah colton axel roman greyson weston jaxon kai silas everett declan micah ryder emmett amari jamal jamar tyrell deshawn marquis
lakshmi meera anjali kavya aarav vihaan arnav ishaan rohan nisha pooja neha shreya mei lin xin yu jun hao wen fang jie yan ying xiu
minseo jiho seojun hana yuto sakura ren aoi giorgi nino ana irakli tariku abebe tigist yonas selam fatou mamadou aissatou ousmane
maeve siobhan niamh aoife saoirse ciara tomasz agata marta camille celeste antoine colette margot amelie etienne
chioma emeka ngozi kwame amina nia tunde folake kofi hamza bilal layla leila yasmin samir nadir roberta hector laura";

/// Wider lists: US Census 1990 (public domain) and names of other origins. Two names of these that are far apart are two names; close
/// ones may be a slip, as the Census counted slips, too.
const KNOWN: [&str; 2] = [include_str!("../detect/lists/given.txt"), include_str!("../detect/lists/given_world.txt")];

/// Surnames that many unrelated people bear (about the first 150 of the US Census lists, public domain, spelled folded).
const SURNAMES: &str = "
smith johnson williams brown jones garcia miller davis rodriguez martinez hernandez lopez gonzalez wilson anderson thomas taylor moore
jackson martin lee perez thompson white harris sanchez clark ramirez lewis robinson walker young allen king wright scott torres nguyen hill
flores green adams nelson baker hall rivera campbell mitchell carter roberts gomez phillips evans turner diaz parker cruz edwards collins reyes
stewart morris morales murphy cook rogers gutierrez ortiz morgan cooper peterson bailey reed kelly howard ramos kim cox ward richardson watson
brooks chavez wood james bennett gray mendoza ruiz hughes price alvarez castillo sanders patel myers long ross foster jimenez powell jenkins
perry russell sullivan bell coleman butler henderson barnes gonzales fisher vasquez simmons romero jordan patterson alexander hamilton graham
reynolds griffin wallace moreno west cole hayes bryant herrera gibson ellis tran medina aguilar stevens murray ford castro marshall owens
harrison fernandez mcdonald woods washington kennedy wells vargas henry chen freeman webb tucker guzman burns crawford olson simpson porter hunter
gordon mendez silva shaw snyder mason dixon munoz hunt hicks holmes palmer wagner black robertson boyd rose stone salazar fox warren mills
meyer rice schmidt garza daniels ferguson nichols stephens soto weaver ryan gardner payne grant dunn kelley spencer hawkins pham li wang singh";

/// Surnames so frequent in their language that name and birth date do not single anybody out, whatever the given name.
const CROWDED: &str = "nguyen tran le pham hoang huynh vu vo phan dang bui do ho ngo li wang zhang chen liu yang huang zhao wu zhou xu sun
ma zhu lin he kim lee park choi jung jeong kang cho yoon singh kaur khan patel shah kumar sharma ali ahmed hussain mohamed mohammed muhammad
garcia rodriguez hernandez martinez lopez gonzalez perez sanchez smith johnson williams brown jones";

/// Spellings of one surname in Latin letters.
const SURNAME_VARIANTS: &str = "li lee rhee yi|zhang chang|wang wong|chen chan|liu lau|zhou chow|choi choe|park pak bak|jung jeong chung
jeong chong|kim gim|yoon yun|huang wong|wu ng|xu hsu|zhao chao|hussein hussain husain|ahmed ahmad|mohammed mohamed muhammad mohammad
ivanov iwanow|gonzales gonzalez|rodriguez rodrigues|fernandez fernandes|perez peres|lopez lopes|sanchez sanches|gomez gomes";

/// Little words inside family names.
const PARTICLES: &str =
    "de la las los del van der den von zu al el bin ibn ben bint di da dos das do du y e af av ter ten st mc mac";

/// Titles before a name that say sex.
pub const MALE_TITLES: &[&str] = &["mr", "mister", "sr.", "senor", "don", "herr", "monsieur", "sir"];
/// Titles before a name that say sex.
pub const FEMALE_TITLES: &[&str] = &["mrs", "ms", "miss", "madam", "mme", "senora", "senorita", "sra", "srta", "frau", "mx_f"];
/// Titles of professionals.
pub const DOCTOR_TITLES: &[&str] = &["dr", "doctor", "dra", "prof", "professor"];
/// Other words before a name that are no part of it.
pub const OTHER_TITLES: &[&str] =
    &["mx", "rev", "reverend", "fr", "pastor", "rabbi", "nurse", "hon", "capt", "sgt", "lt", "col", "maj"];

/// Credentials after a name.
const CREDENTIALS: &str = "md do mbbs mbchb dds dmd dpm od dc rn lpn lvn bsn msn np fnp arnp aprn cnp crnp dnp cnm cns crna pa pac phd psyd pharmd
rph pt dpt ot otr slp ccc lcsw lmsw msw lpc lmft lmhc rd rdn ldn cma rma cna ma_c rt rrt rdms cnmt emt facp facs faap faan facc facog mph mba ms_c
fnpc fnpbc agnp pmhnp cpnp anp acnp msc mrcp frcs frcp bcps atc cde cdces esq jd aud";

/// Words that stand where a name is not known.
const UNKNOWN_NAMES: &str =
    "unknown unk unidentified anonymous nameless noname trauma john_doe jane_doe notgiven undisclosed redacted na none
confidential patient test xxx xxxx";
/// Words that stand for a newborn without a name.
const BABY_NAMES: &str = "baby babyboy babygirl newborn infant neonate bb bg";

/// FNV-1a: for words of a few letters from tables of this file the fastest.
#[derive(Clone)]
struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Fnv(0xcbf2_9ce4_8422_2325)
    }
}

impl Hasher for Fnv {
    fn write(&mut self, bytes: &[u8]) {
        for b in bytes {
            self.0 = (self.0 ^ u64::from(*b)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    fn finish(&self) -> u64 {
        self.0 ^ (self.0 >> 32)
    }
}

type HashMap<K, V> = collections::HashMap<K, V, BuildHasherDefault<Fnv>>;
type HashSet<K> = collections::HashSet<K, BuildHasherDefault<Fnv>>;

struct Tables {
    groups: HashMap<&'static str, Vec<u16>>,
    attested: HashSet<&'static str>,
    known: HashSet<&'static str>,
    surnames: HashSet<&'static str>,
    crowded: HashSet<&'static str>,
    surname_groups: HashMap<&'static str, Vec<u16>>,
    particles: HashSet<&'static str>,
    credentials: HashSet<&'static str>,
    unknown: HashSet<&'static str>,
    baby: HashSet<&'static str>,
}

fn group_table(text: &'static str) -> HashMap<&'static str, Vec<u16>> {
    let mut map: HashMap<&'static str, Vec<u16>> = HashMap::default();
    for (i, line) in text.split(['|', '\n']).enumerate() {
        for w in line.split_whitespace() {
            map.entry(w).or_default().push(i as u16);
        }
    }
    map
}

static TABLES: LazyLock<Tables> = LazyLock::new(|| {
    let groups = group_table(VARIANTS);
    let mut attested: HashSet<&'static str> = GIVEN.split_whitespace().collect();
    attested.extend(groups.keys().copied());
    let mut known: HashSet<&'static str> = HashSet::default();
    for list in KNOWN {
        known.extend(list.lines().filter(|l| !l.starts_with('#')).flat_map(str::split_whitespace));
    }
    let set = |text: &'static str| text.split_whitespace().collect::<HashSet<_>>();
    Tables {
        attested,
        known,
        groups,
        surnames: set(SURNAMES),
        crowded: set(CROWDED),
        surname_groups: group_table(SURNAME_VARIANTS),
        particles: set(PARTICLES),
        credentials: set(CREDENTIALS),
        unknown: set(UNKNOWN_NAMES),
        baby: set(BABY_NAMES),
    }
});

/// Numbers of the variant groups a folded given name is in.
pub fn variant_groups(name: &str) -> &'static [u16] {
    TABLES.groups.get(name).map_or(&[], Vec::as_slice)
}

/// Numbers of the spelling groups a folded surname is in.
pub fn surname_groups(name: &str) -> &'static [u16] {
    TABLES.surname_groups.get(name).map_or(&[], Vec::as_slice)
}

/// True for a given name known to exist, so that it is not a misspelling of another.
pub fn is_attested(name: &str) -> bool {
    TABLES.attested.contains(name)
}

/// True for a given name of the wider lists or of this file's own.
pub fn is_known_given(name: &str) -> bool {
    TABLES.known.contains(name) || TABLES.attested.contains(name)
}

/// True for a surname many unrelated people bear.
pub fn is_frequent_surname(name: &str) -> bool {
    TABLES.surnames.contains(name) || TABLES.crowded.contains(name)
}

/// True for a surname so frequent that even a full name with a birth date does not single anybody out.
pub fn is_crowded_surname(name: &str) -> bool {
    TABLES.crowded.contains(name)
}

/// True for `de`, `van`, `al` and the like.
pub fn is_particle(word: &str) -> bool {
    TABLES.particles.contains(word)
}

/// True for `md`, `rn`, `phd` (folded, dots removed).
pub fn is_credential(word: &str) -> bool {
    TABLES.credentials.contains(word)
}

/// What a credential (folded, dots removed) says somebody is; `None` for degrees that several professions hold.
pub fn profession(word: &str) -> Option<Role> {
    Some(match word {
        "md" | "do" | "mbbs" | "mbchb" | "dds" | "dmd" | "dpm" | "facp" | "facs" | "facc" | "facog" | "frcs" | "mrcp" => {
            Role::Physician
        }
        "rn" | "lpn" | "lvn" | "bsn" | "msn" | "cnm" | "cns" | "crna" => Role::Nurse,
        "np" | "fnp" | "arnp" | "aprn" | "cnp" | "crnp" | "dnp" | "fnpc" | "fnpbc" | "agnp" | "pmhnp" | "cpnp" | "anp" => {
            Role::NursePractitioner
        }
        "pa" | "pac" => Role::PhysicianAssistant,
        "pharmd" | "rph" => Role::Pharmacist,
        "pt" | "dpt" | "ot" | "otr" | "slp" | "rrt" | "lpc" | "lmft" | "lmhc" => Role::Therapist,
        "psyd" => Role::Psychologist,
        "lcsw" | "lmsw" | "msw" => Role::SocialWorker,
        "rd" | "rdn" | "ldn" => Role::Dietitian,
        "cma" | "rma" | "cna" | "rdms" | "cnmt" | "emt" => Role::Technician,
        _ => return None,
    })
}

/// True for a word that stands where a name is not known.
pub fn is_unknown_word(word: &str) -> bool {
    TABLES.unknown.contains(word)
}

/// True for a word that stands for a newborn's missing given name.
pub fn is_baby_word(word: &str) -> bool {
    TABLES.baby.contains(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variants(a: &str, b: &str) -> bool {
        variant_groups(a).iter().any(|g| variant_groups(b).contains(g))
    }

    #[test]
    fn short_forms_meet_and_sisters_do_not() {
        for (a, b) in
            [("william", "bill"), ("margaret", "peggy"), ("mohammed", "muhammad"), ("bob", "rob"), ("katherine", "kate")]
        {
            assert!(variants(a, b), "{a} {b}");
        }
        for (a, b) in [("robert", "roberta"), ("michael", "michelle"), ("john", "james"), ("maria", "mario"), ("eric", "erica")] {
            assert!(!variants(a, b), "{a} {b}");
        }
    }
}
