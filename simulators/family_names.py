"""Family names by culture: the common ones in order of frequency, and the syllables that the rare ones are made of.

Data only, read by `names`. An entry reads `Latin/Variant|Native`, as in `given_names`; `~` stands for a space inside
a name. A made name is one *start*, one *middle* (may be empty) and one *end*, each in both scripts where the culture
has its own.
"""

COMMON: dict[str, str] = {
    "en": """Smith Johnson Williams Brown Jones Miller Davis Garcia Wilson Anderson Thomas Taylor Moore Jackson
        Martin Lee Thompson White Harris Clark Lewis Robinson Walker Young Allen King Wright Scott Hill Green
        Adams Nelson Baker Hall Campbell Mitchell Carter Roberts Phillips/Philips Evans Turner Parker Collins
        Edwards Stewart/Stuart Morris Murphy Cook Rogers Morgan Cooper Reed/Reid Bailey Bell Kelly Howard Ward
        Cox Richardson Wood Watson Brooks Bennett Gray/Grey James Hughes Price Myers Long Foster Sanders Ross
        Powell Sullivan Russell Jenkins Perry Butler Barnes Fisher O'Brien/OBrien McDonald/MacDonald
        O'Connor/OConnor Macleod/McLeod""",
    "de": """Müller/Mueller Schmidt Schneider Fischer Weber Meyer/Meier Wagner Becker Schulz Hoffmann/Hofmann
        Schäfer/Schaefer Koch Bauer Richter Klein Wolf/Wolff Schröder/Schroeder Neumann Schwarz Zimmermann Braun
        Krüger/Krueger Hartmann Lange Krause Lehmann Köhler/Koehler Maier König/Koenig Huber Kaiser Fuchs Peters
        Scholz Möller/Moeller Weiß/Weiss Jung Hahn""",
    "es": """García/Garcia Rodríguez/Rodriguez González/Gonzalez Fernández/Fernandez López/Lopez
        Martínez/Martinez Sánchez/Sanchez Pérez/Perez Gómez/Gomez Martín/Martin Jiménez/Jimenez
        Hernández/Hernandez Ruiz Díaz/Diaz Moreno Muñoz/Munoz Álvarez/Alvarez Romero Gutiérrez/Gutierrez Navarro
        Torres Domínguez/Dominguez Vázquez/Vasquez Ramos""",
    "fr": """Martin Bernard Dubois Thomas Robert Richard Petit Durand Leroy Moreau Simon Laurent
        Lefebvre/Lefevre Michel Garcia David Bertrand Roux Vincent Fournier Morel Girard André/Andre Mercier
        Dupont Lambert Bonnet François/Francois""",
    "it": """Rossi Russo Ferrari Esposito Bianchi Romano Colombo Ricci Marino Greco Bruno Gallo Conti
        De~Luca/Deluca Mancini Costa Giordano Rizzo Lombardi Moretti D'Angelo/DAngelo""",
    "pl": """Nowak Kowalski Wiśniewski/Wisniewski Wójcik/Wojcik Kowalczyk Kamiński/Kaminski Lewandowski
        Zieliński/Zielinski Szymański/Szymanski Woźniak/Wozniak Dąbrowski/Dabrowski Kozłowski/Kozlowski""",
    "nl": """De~Jong/Dejong Jansen/Janssen De~Vries/Devries Van~den~Berg/Vandenberg Bakker Van~Dijk/Van~Dyk
        Visser Smit Meijer/Meyer De~Boer/Deboer Mulder De~Groot/Degroot Bos Vos Peters Hendriks/Hendrix""",
    "in": """Patel Kumar Singh Sharma Shah Khan Gupta Reddy Nair Iyer Mehta Das Rao Joshi Chowdhury/Choudhary
        Ahmed/Ahmad""",
    "ru": """Ivanov|Иванов Smirnov|Смирнов Kuznetsov|Кузнецов Popov|Попов Sokolov|Соколов Petrov|Петров
        Volkov|Волков""",
    "el": """Papadopoulos|Παπαδόπουλος Vlachos|Βλάχος Nikolaidis|Νικολαΐδης Georgiou|Γεωργίου""",
    "ja": """Sato/Satou|佐藤 Suzuki|鈴木 Takahashi|高橋 Tanaka|田中 Ito/Itoh|伊藤 Watanabe|渡辺 Yamamoto|山本
        Nakamura|中村""",
    "zh": """Wang|王 Li|李 Zhang|张 Liu|刘 Chen|陈 Yang|杨 Huang|黄 Zhao|赵 Wu|吴 Zhou|周 Xu|徐 Sun|孙 Ma|马
        Zhu|朱 Hu|胡 Guo|郭 He|何 Gao|高 Lin|林 Luo|罗 Zheng|郑 Liang|梁 Xie|谢 Song|宋 Tang|唐 Deng|邓 Han|韩
        Feng|冯 Cao|曹 Zeng|曾""",
}

# Weight of the common names among all bearers in a culture; the made names share the rest.
COMMON_SHARE: dict[str, float] = {"zh": 1.0, "in": 0.5, "ja": 0.35, "ru": 0.2, "el": 0.25}
DEFAULT_COMMON_SHARE = 0.34

STARTS: dict[str, str] = {
    "en": """Al Am Ash Bar Beck Bel Ben Black Blay Bon Bos Brad Bram Bran Brin Brom Bur Cal Can Car Cas Chad
        Chan Chil Clay Col Cor Crad Cram Cran Crom Dal Dar Den Der Dor Dun Eg El Em Ester Ever Fal Fan Far Fen
        Fil Gar Gil Glan Gor Gran Hal Ham Har Has Hen Her Hol Hor Hul Kel Ken Ker Kin Kirk Lan Lang Lin Lor Mal
        Man Mar Mel Mer Mil Mor Nel Nor Os Pal Pem Per Pin Quin Rad Ran Red Ren Ros Sal Sel Ser Shel Sker Stan
        Tal Tar Ten Thor Tor Ul Van Ver Wal War Wel Wes Whit Win Wis Yar Yor""",
    "de": """Acker Ahl Alt Asch Bach Baum Berg Birk Blum Brand Breit Brink Buch Burg Dorn Eber Eck Eich Elsen
        Esch Falken Feld Fell Frank Frei Grün Gold Grab Hagen Hals Hart Hasen Heid Hein Held Herz Hirsch Hoch
        Holz Kalt Kern Kirch Klin Kron Lang Laub Lich Linden Löwen Mandel Mark Mitter Moos Nagel Neu Ober Ochsen
        Pfeif Rein Ried Rosen Roth Sand Schön Schwarz Seid Sommer Span Stein Stern Stroh Tann Thal Unter Vogel
        Wald Wein Weiden Wiesen Winter Zell Ziegel""",
    "es": """Al Ar Az Bal Bar Ber Cal Can Car Cas Cor Del Echa Escal Fer Fon Gal Gar Her Ibar Izqui Lar Lez Mal
        Man Mar Mel Mon Mor Nar Ol Or Pal Per Pin Qui Rel Riv Sal San Ser Sol Tor Ur Val Vel Ver Vill Zal Zam""",
    "fr": """Bar Beau Bel Ber Blan Bois Bon Bou Bre Cham Char Chau Clé Cor Cou Dar Del Des Du Fau Fer Fon Gar
        Gau Gué Har Jac Joli La Le Lou Mar Mau Mer Mon Mor Pel Per Poi Pou Ro Rou Sau Tan Thi Val Ver Vil""",
    "it": """Al Bar Bel Ber Bon Cal Can Car Cas Cer Cor Dal Fab Fal Fer Fior Gal Gar Gat Lan Lom Mal Man Mar Mel
        Mon Mor Or Pal Par Pel Per Pic Ros Sal San Ser Sil Tor Val Ven Vit Zan""",
    "pl": """Bar Biel Bor Brze Choj Cza Dom Gór Grab Jan Jas Kac Kal Kar Kor Kra Kwia Leś Lip Mal Mar Mich Mis
        Mor Ol Paw Piet Raj Rud Sad Sob Sos Tom Wal Wil Wrób Zar Ziem""",
    "nl": """Ach Ber Beu Bloem Boer Bom Bor Dam Dek Dijk Dor Ek Els Gel Gro Haas Heem Hoog Kamp Kel Kool Kuip
        Laar Lam Leeuw Maas Meer Molen Noord Oost Post Rijn Roos Schip Slot Ster Veen Ver West Wijn Zand Zuid""",
    "in": """Agar Ban Bhat Chat Chan Dal Desh Dev Gang Ghos Goy Har Jai Kap Kar Kris Mal Man Mis Muk Nat Pan Par
        Pra Raj Sab Sar Sen Shan Sub Tri Ven Vish Yad""",
    "ru": """Bel|Бел Bor|Бор Cher|Чер Gor|Гор Dan|Дан Zhdan|Ждан Zim|Зим Kol|Кол Kuz|Куз Laz|Лаз Lev|Лев Mor|Мор
        Naz|Наз Osip|Осип Pan|Пан Pet|Пет Rad|Рад Rom|Ром Sok|Сок Stan|Стан Tar|Тар Vol|Вол Vor|Вор Zor|Зор""",
    "el": """Ant|Αντ Andr|Ανδρ Vasil|Βασιλ Geor|Γεωρ Kar|Καρ Konst|Κωνστ Mar|Μαρ Mich|Μιχ Nik|Νικ Pan|Παν
        Stav|Σταυ Chr|Χρ""",
    "ja": """Ishi|石 Ko|小 Taka|高 Naka|中 Kawa|川 Ki|木 Shima|島 Matsu|松 Yoshi|吉 Mori|森 Fuji|藤 Oka|岡
        Hase|長谷 Ino|井""",
    "zh": "",
}
MIDDLES: dict[str, str] = {
    "en": "- - - er in en ing al or an bin is ling",
    "de": "- - en er el ing",
    "es": "- ande ari ede illa ondo ueta",
    "fr": "- - che de gue lan men ti vi",
    "it": "- ar at ell en in ol ucc",
    "pl": "- acz ań ew in isz ow",
    "nl": "- en er ing",
    "in": "- a an esh endra",
    "ru": "-|- en|ен in|ин kov|ков ol|ол ar|ар",
    "el": "on|ων an|αν ar|αρ el|ελ",
    "ja": "-|-",
    "zh": "",
}
ENDS: dict[str, str] = {
    "en": """son man ton ley ford well by worth field ham brook ridge dale wood land burn stead more cott wick ster den
        shaw vin""",
    "de": "mann berger bauer hofer stein feld meier schmidt wald bach inger ler thaler mayr häuser brecht kamp",
    "es": "ez era ero ano ina oso ales aga eda osa",
    "fr": "ier eau ard elle on et in ac aud ois ot ille",
    "it": "ini etti one elli ati ucci oni ese ari asso",
    "pl": "ski cki czyk ak ek icz owski iński",
    "nl": "sma stra man ma mans hof huis veld donk beek",
    "in": "kar wal ia ani swamy murthy dutta puri nath",
    "ru": "ov|ов ev|ев sky|ский enko|енко ukov|уков yakov|яков",
    "el": "akis|άκης opoulos|όπουλος idis|ίδης atos|άτος",
    "ja": "da|田 kawa|川 moto|本 mura|村 yama|山 naka|中 shita|下 no|野 guchi|口 hara|原 saki|崎 zawa|沢",
    "zh": "",
}
