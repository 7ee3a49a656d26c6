//! Common English short forms of given names. Compiled for this product; each line is one name and its forms, and any two
//! words of a line may mean the same person.

use super::words::ShortMap;
use std::sync::LazyLock;

const GROUPS: &[&str] = &[
    "abigail abby gail",
    "abraham abe",
    "albert al bert",
    "alexander alex xander sasha",
    "alexandra alex sandra lexi sasha",
    "alfred al fred",
    "alice ali",
    "allison allie ali",
    "amanda mandy",
    "andrew andy drew",
    "angela angie",
    "ann anne annie nan nancy anna",
    "anthony tony",
    "arthur art artie",
    "barbara barb barbie babs",
    "beatrice bea trixie",
    "benjamin ben benny",
    "bernard bernie",
    "bradley brad",
    "carolyn carol carrie caroline",
    "catherine cathy kate katie cat katherine kathy kathryn kitty kay kathleen",
    "charles charlie chuck chas",
    "charlotte lottie charlie",
    "christina chris tina christine chrissy",
    "christopher chris kit topher",
    "clifford cliff",
    "constance connie",
    "cynthia cindy",
    "daniel dan danny",
    "danielle dani",
    "david dave davey",
    "deborah deb debbie debra",
    "dennis denny",
    "diana di diane",
    "dolores lola",
    "donald don donnie",
    "dorothy dot dottie dolly",
    "douglas doug",
    "edward ed eddie ted ned",
    "eleanor ellie nell nora",
    "elizabeth liz beth betty betsy eliza lizzie bess libby elisabeth lisa",
    "emily em emmy",
    "eugene gene",
    "evelyn eve evie",
    "florence flo",
    "frances fran frankie",
    "francis frank",
    "francisco paco pancho",
    "franklin frank",
    "frederick fred freddy rick",
    "gabriel gabe",
    "gabrielle gabby",
    "gerald gerry jerry",
    "geraldine gerry",
    "gilbert gil",
    "gregory greg",
    "guadalupe lupe",
    "harold harry hal",
    "harriet hattie",
    "helen nell nellie",
    "henry hank harry hal",
    "herbert herb",
    "isabella bella izzy",
    "isabel bella",
    "jacob jake",
    "jacqueline jackie",
    "james jim jimmy jamie",
    "jane janie",
    "janet jan",
    "jeffrey jeff",
    "jennifer jen jenny",
    "jeremy jerry",
    "jerome jerry",
    "jessica jess jessie",
    "jesus chuy",
    "joan joanie",
    "john johnny jack",
    "johnathan jon",
    "jonathan jon",
    "jose pepe",
    "joseph joe joey",
    "josephine jo josie",
    "joshua josh",
    "judith judy",
    "julia julie",
    "karen kari",
    "kenneth ken kenny",
    "kimberly kim",
    "larry lawrence laurence",
    "laura laurie",
    "leonard len lenny leo",
    "leslie les",
    "lillian lily lil",
    "linda lindy",
    "louis lou louie",
    "louise lou",
    "luis lucho",
    "lucille lucy",
    "madeline maddie",
    "margaret maggie meg peg peggy marge margie greta rita daisy",
    "maria mary",
    "marilyn mary",
    "martha marty patsy",
    "martin marty",
    "mary molly polly mamie may",
    "matthew matt",
    "maxwell max",
    "maximilian max",
    "megan meg",
    "melissa missy mel",
    "melvin mel",
    "michael mike mickey mick mikey",
    "michelle shelly",
    "mildred millie",
    "minnie wilhelmina",
    "mitchell mitch",
    "nancy nan",
    "natalie nat",
    "nathan nate",
    "nathaniel nate nat",
    "nicholas nick nicky",
    "nicole nikki nicky",
    "norman norm",
    "olivia liv livvy",
    "oliver ollie",
    "pamela pam",
    "patricia pat patty tricia trish patti",
    "patrick pat paddy",
    "pauline polly",
    "peter pete",
    "philip phil phillip",
    "phyllis phyl",
    "rachel rae",
    "randall randy",
    "raymond ray",
    "rebecca becky becca",
    "reginald reggie",
    "richard rick dick rich ricky richie",
    "robert bob rob bobby robbie bert",
    "roberto beto",
    "roberta bobbie",
    "rodney rod",
    "roger rog",
    "roland rollie",
    "ronald ron ronnie",
    "rosemary rose rosie",
    "roy leroy",
    "russell russ",
    "ruth ruthie",
    "samantha sam",
    "samuel sam sammy",
    "sandra sandy",
    "sarah sally sadie sara",
    "scott scotty",
    "sharon shari",
    "shirley shirl",
    "sophia sophie",
    "stanley stan",
    "stephanie steph",
    "stephen steve steven",
    "steven steve",
    "stuart stu",
    "susan sue susie suzy",
    "suzanne sue suzie",
    "sylvia syl",
    "tamara tammy",
    "terence terry",
    "teresa terry tess theresa terri",
    "theodore ted teddy theo",
    "thomas tom tommy",
    "timothy tim timmy",
    "tobias toby",
    "valerie val",
    "veronica ronnie",
    "victor vic",
    "victoria vicky tori vicki",
    "vincent vince vinny",
    "virginia ginny ginger",
    "vivian viv",
    "walter walt wally",
    "warren ren",
    "wesley wes",
    "william bill billy will willie liam",
    "winifred winnie",
    "yolanda yoli",
    "zachary zach zack",
];

/// The lines in which a word stands.
static LINES: LazyLock<ShortMap<Vec<usize>>> = LazyLock::new(|| {
    let mut map: ShortMap<Vec<usize>> = ShortMap::default();
    for (i, group) in GROUPS.iter().enumerate() {
        for word in group.split(' ') {
            map.entry(word).or_default().push(i);
        }
    }
    map
});

/// The numbers of the lines in which a word stands: two words that share one may mean the same person.
pub fn lines_of(low: &str) -> &'static [usize] {
    LINES.get(low).map_or(&[], Vec::as_slice)
}

/// Other forms of a given name in lower case, the name itself not included.
pub fn forms(low: &str) -> Vec<&'static str> {
    let mut out: Vec<&'static str> = Vec::new();
    for group in lines_of(low).iter().filter_map(|i| GROUPS.get(*i)) {
        out.extend(group.split(' ').filter(|w| *w != low && !w.is_empty()));
    }
    out.sort_unstable();
    out.dedup();
    out
}

/// True when two given names in lower case may mean one person: equal, one an initial of the other, or forms of one name.
pub fn compatible(a: &str, b: &str) -> bool {
    if a == b {
        return true;
    }
    let one = |w: &str| w.chars().nth(1).is_none() && !w.is_empty();
    if one(a) || one(b) {
        return a.chars().next() == b.chars().next();
    }
    let of_a = lines_of(a);
    if of_a.is_empty() {
        return false;
    }
    let of_b = lines_of(b);
    of_a.iter().any(|i| of_b.contains(i))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_forms_go_both_ways() {
        assert!(forms("robert").contains(&"bob"));
        assert!(forms("bob").contains(&"robert"));
        assert!(compatible("peggy", "margaret") && compatible("j", "jane") && !compatible("james", "john"));
        assert!(!compatible("robert", "roberta"));
    }
}
