//! Names of glyphs that say which character a glyph is, and nothing of who is named so: Colon and Caron are surnames, too.

/// Names without digits and with at least three letters of the Adobe Glyph List For New Fonts 1.7, sorted.
const NAMES: &str = "\
    AEacute Aacute Abreve Acircumflex Adieresis Agrave Alpha Alphatonos Amacron Aogonek Aring Aringacute Atilde Beta \
    Cacute Ccaron Ccedilla Ccircumflex Cdotaccent Chi Dcaron Dcroat Delta Eacute Ebreve Ecaron Ecircumflex Edieresis \
    Edotaccent Egrave Emacron Eng Eogonek Epsilon Epsilontonos Eta Etatonos Eth Euro Gamma Gbreve Gcaron Gcircumflex \
    Gdotaccent Hbar Hcircumflex Iacute Ibreve Icircumflex Idieresis Idotaccent Ifraktur Igrave Imacron Iogonek Iota \
    Iotadieresis Iotatonos Itilde Jcircumflex Kappa Lacute Lambda Lcaron Ldot Lslash Nacute Ncaron Ntilde Oacute Obreve \
    Ocircumflex Odieresis Ograve Ohorn Ohungarumlaut Omacron Omega Omegatonos Omicron Omicrontonos Oslash Oslashacute \
    Otilde Phi Psi Racute Rcaron Rfraktur Rho Sacute Scaron Scedilla Scircumflex Sigma Tau Tbar Tcaron Theta Thorn Uacute \
    Ubreve Ucircumflex Udieresis Ugrave Uhorn Uhungarumlaut Umacron Uogonek Upsilon Upsilondieresis Upsilontonos Uring \
    Utilde Wacute Wcircumflex Wdieresis Wgrave Yacute Ycircumflex Ydieresis Ygrave Zacute Zcaron Zdotaccent Zeta aacute \
    abreve acircumflex acute acutecomb adieresis aeacute agrave aleph alpha alphatonos amacron ampersand angle angleleft \
    angleright anoteleia aogonek approxequal aring aringacute arrowboth arrowdblboth arrowdbldown arrowdblleft \
    arrowdblright arrowdblup arrowdown arrowleft arrowright arrowup arrowupdn arrowupdnbse asciicircum asciitilde asterisk \
    asteriskmath atilde backslash bar beta block braceleft braceright bracketleft bracketright breve brokenbar bullet \
    cacute caron carriagereturn ccaron ccedilla ccircumflex cdotaccent cedilla cent chi circle circlemultiply circleplus \
    circumflex club colon colonmonetary comma congruent copyright currency dagger daggerdbl dcaron dcroat degree delta \
    diamond dieresis dieresistonos divide dkshade dnblock dollar dong dotaccent dotbelowcomb dotlessi dotmath eacute \
    ebreve ecaron ecircumflex edieresis edotaccent egrave eight element ellipsis emacron emdash emptyset endash eng \
    eogonek epsilon epsilontonos equal equivalence estimated eta etatonos eth exclam exclamdbl exclamdown existential \
    female figuredash filledbox filledrect five fiveeighths florin four fraction franc gamma gbreve gcaron gcircumflex \
    gdotaccent germandbls gradient grave gravecomb greater greaterequal guillemotleft guillemotright guilsinglleft \
    guilsinglright hbar hcircumflex heart hookabovecomb house hungarumlaut hyphen iacute ibreve icircumflex idieresis \
    igrave imacron infinity integral integralbt integraltp intersection invbullet invcircle invsmileface iogonek iota \
    iotadieresis iotadieresistonos iotatonos itilde jcircumflex kappa kgreenlandic lacute lambda lcaron ldot less \
    lessequal lfblock lira logicaland logicalnot logicalor longs lozenge lslash ltshade macron male minus minute multiply \
    musicalnote musicalnotedbl nacute napostrophe ncaron nine notelement notequal notsubset ntilde numbersign oacute \
    obreve ocircumflex odieresis ogonek ograve ohorn ohungarumlaut omacron omega omegatonos omicron omicrontonos one \
    onedotenleader oneeighth onehalf onequarter onethird openbullet ordfeminine ordmasculine orthogonal oslash oslashacute \
    otilde paragraph parenleft parenright partialdiff percent period periodcentered perpendicular perthousand peseta phi \
    plus plusminus prescription product propersubset propersuperset proportional psi question questiondown quotedbl \
    quotedblbase quotedblleft quotedblright quoteleft quotereversed quoteright quotesinglbase quotesingle racute radical \
    rcaron reflexsubset reflexsuperset registered revlogicalnot rho ring rtblock sacute scaron scedilla scircumflex second \
    section semicolon seven seveneighths shade sigma similar six slash smileface space spade sterling suchthat summation \
    sun tau tbar tcaron therefore theta thorn three threeeighths threequarters tilde tildecomb tonos trademark triagdn \
    triaglf triagrt triagup two twodotenleader twothirds uacute ubreve ucircumflex udieresis ugrave uhorn uhungarumlaut \
    umacron underscore underscoredbl union universal uogonek upblock upsilon upsilondieresis upsilondieresistonos \
    upsilontonos uring utilde wacute wcircumflex wdieresis weierstrass wgrave yacute ycircumflex ydieresis yen ygrave \
    zacute zcaron zdotaccent zero zeta";

/// True for a glyph name of the list, written as it is there.
pub fn is_glyph_name(name: &[u8]) -> bool {
    static SORTED: std::sync::LazyLock<Vec<&[u8]>> = std::sync::LazyLock::new(|| NAMES.split(' ').map(str::as_bytes).collect());
    SORTED.binary_search(&name).is_ok()
}

/// A stretch of a font program without the words in it that are glyph names (`dup 58 /colon put`, `caron.ts1`).
pub fn without_glyph_names(run: &[u8]) -> Vec<u8> {
    let kept = run.chunk_by(|a, b| a.is_ascii_alphanumeric() == b.is_ascii_alphanumeric()).filter(|word| !is_glyph_name(word));
    kept.flatten().copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_the_list_are_known_and_those_of_people_are_not() {
        for known in ["colon", "caron", "Aacute", "quotedbl", "zcaron", "space", "Omega"] {
            assert!(is_glyph_name(known.as_bytes()), "{known}");
        }
        for other in ["Colon", "Caron", "Quixmore", "quixmore", ""] {
            assert!(!is_glyph_name(other.as_bytes()), "{other}");
        }
        let left = without_glyph_names(b"caron.ts1 dup 58 /colon put dup 59 /Quixmore put");
        assert_eq!(left, b".ts1 dup 58 / put dup 59 /Quixmore put");
    }
}
