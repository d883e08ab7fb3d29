"""Given names by culture, most common first: data only, read by `names`.

One entry reads `Latin/Variant|Native:Nick,Nick`; everything after the Latin form may be left out. *Variant* is
another spelling of the same name in Latin letters (umlauts written out, a second romanisation), *Native* the name in
its own script.
"""

GIVEN: dict[str, str] = {
    "en": """James:Jim,Jimmy,Jamie Mary:Molly,Mamie Robert:Rob,Bob,Bobby Patricia:Pat,Patty,Trish
        John:Johnny,Jack Jennifer:Jen,Jenny Michael:Mike,Mick,Mickey Linda:Lindy William:Will,Bill,Billy
        Elizabeth:Liz,Beth,Betty,Lizzie David:Dave,Davy Barbara:Barb,Babs Richard:Rick,Dick,Richie
        Susan:Sue,Susie Joseph:Joe,Joey Jessica:Jess,Jessie Thomas:Tom,Tommy Sarah:Sally Charles:Charlie,Chuck
        Karen:Kari Christopher:Chris,Topher Lisa Daniel:Dan,Danny Nancy:Nan Matthew:Matt Betty Anthony:Tony
        Margaret:Maggie,Peggy,Meg Mark Sandra:Sandy Donald:Don,Donnie Ashley:Ash Steven/Stephen:Steve
        Kimberly:Kim Paul Emily:Em,Emmy Andrew:Andy,Drew Donna Joshua:Josh Michelle:Shelly Kenneth:Ken,Kenny
        Carol Kevin:Kev Amanda:Mandy Brian/Bryan Melissa:Mel,Missy George Deborah/Debra:Deb,Debbie
        Timothy:Tim,Timmy Stephanie:Steph Ronald:Ron,Ronnie Rebecca:Becky,Becca Edward:Ed,Ted,Eddie Sharon
        Jason:Jay Laura Jeffrey/Geoffrey:Jeff Cynthia:Cindy Ryan Dorothy:Dot,Dottie Jacob:Jake Amy Gary
        Kathleen:Kathy,Kate Nicholas/Nicolas:Nick,Nicky Angela:Angie Eric/Erik Shirley Jonathan:Jon,Jonny Emma
        Stephen:Steve Brenda Larry Pamela:Pam Justin Nicole:Nikki Scott Anna Brandon Samantha:Sam,Sammy
        Benjamin:Ben,Benji Katherine/Catherine:Kate,Kathy,Katie Samuel:Sam Christine:Chris,Chrissy Gregory:Greg
        Helen Alexander:Alex,Al Debra:Deb Patrick:Pat,Paddy Rachel:Rach Frank:Frankie Carolyn:Carol Raymond:Ray
        Janet:Jan Jack Maria Dennis:Den Catherine:Cathy,Cat Jerry Heather Tyler:Ty Diane:Di Aaron:Ron
        Olivia:Liv,Livvy Jose Julie:Jules Adam Joyce Nathan:Nate,Nat Victoria:Vicky,Tori Henry:Harry,Hank Ruth
        Zachary:Zach Virginia:Ginny Douglas:Doug Lauren Peter:Pete Kelly Kyle Christina:Tina Noah Joan:Joanie
        Ethan Evelyn:Evie Jeremy:Jerry Judith:Judy Walter:Walt Andrea Christian Hannah Keith Megan:Meg Roger:Rog
        Cheryl Terry Jacqueline:Jackie Austin Martha Sean/Shaun Madison:Maddie Gerald:Gerry,Jerry
        Teresa/Theresa:Terri Carl Gloria Harold:Harry Sara Dylan Janice Arthur:Art,Archie Abigail:Abby,Gail
        Lawrence:Larry Alice Jordan Julia Oliver:Ollie Sophia:Sophie Harry Grace Callum:Cal Isabella:Bella,Izzy
        Madeline:Maddie Amelia:Millie Francis:Frank""",
    "de": """Thomas:Tom Andreas:Andi Stefan/Stephan:Steff Michael:Michi Anna:Anni Christian:Chris Peter
        Sabine:Bine Martin Jürgen/Juergen Klaus:Nick Wolfgang:Wolf Susanne:Susi Uwe Monika:Moni Frank Petra
        Katharina:Kathi,Kathrin Markus Claudia:Claudi Johannes:Hans,Hannes Ulrike:Uli Matthias/Mathias:Matze
        Julia:Jule Alexander:Alex,Sascha Bernd Birgit Dieter:Didi Karin Günter/Guenter Heike
        Joachim:Achim,Jochen Angelika:Geli Jörg/Joerg Ute Lukas/Lucas:Luki Lena Maximilian:Max Ursula:Uschi,Ulla
        Tobias:Tobi Friederike:Rike Sebastian:Basti Franziska:Franzi Rolf Björn/Bjoern Elisabeth:Lisa,Elli Felix
        Käthe/Kaethe Heinrich:Heinz Johanna:Hanna""",
    "es": """Antonio:Toni María/Maria José/Jose:Pepe Carmen Manuel:Manolo Ana Francisco:Paco,Fran Isabel:Isa
        Juan Laura David Cristina:Cris Javier:Javi Marta Carlos Lucía/Lucia Jesús/Jesus:Chus Elena
        Alejandro:Álex Dolores:Lola Miguel Pilar Rafael:Rafa Rosario:Charo Pedro Mercedes:Merche Sergio
        Teresa:Tere Pablo Raquel Jorge Beatriz:Bea Luis Concepción/Concepcion:Concha Alberto:Tito Rocío/Rocio
        Álvaro/Alvaro Silvia Diego Inés/Ines Guillermo:Memo Fernando:Nando Andrés/Andres""",
    "fr": """Jean Marie Pierre Nathalie Michel Isabelle:Isa Philippe:Phil Catherine:Cathy Nicolas:Nico Sylvie
        Christophe:Chris Françoise/Francoise Laurent Valérie/Valerie:Val Sébastien/Sebastien:Seb Sandrine Julien
        Céline/Celine Frédéric/Frederic:Fred Stéphanie/Stephanie:Steph Olivier:Olive Aurélie/Aurelie Thomas
        Virginie François/Francois Camille Alexandre:Alex Élodie/Elodie Jérôme/Jerome Chloé/Chloe
        Guillaume:Guigui Juliette Éric/Eric Margaux Benoît/Benoit:Ben Hélène/Helene Mathieu/Matthieu:Mat
        Véronique/Veronique:Véro Antoine:Tonio Geneviève/Genevieve""",
    "it": """Giuseppe:Beppe,Pino Maria Antonio:Toni Anna Giovanni:Gianni Francesca:Franca Marco Giulia
        Luigi:Gigi Chiara Francesco:Franco,Ciccio Paola Mario Laura Vincenzo:Enzo Elena Salvatore:Totò Silvia
        Alessandro:Sandro,Ale Roberta Stefano Elisabetta:Betta Luca Valentina:Vale Matteo Martina Lorenzo:Renzo
        Giorgia Andrea Federica:Fede Roberto Simona""",
    "pl": """Jan:Janek,Jaś Anna:Ania Piotr Katarzyna:Kasia Krzysztof:Krzysiek Małgorzata/Malgorzata:Gosia
        Andrzej Agnieszka:Aga Tomasz:Tomek Barbara:Basia Paweł/Pawel Ewa Michał/Michal Krystyna Marcin
        Magdalena:Magda Łukasz/Lukasz Elżbieta/Elzbieta:Ela Grzegorz:Grzesiek Joanna:Asia
        Stanisław/Stanislaw:Staszek Aleksandra:Ola Wojciech:Wojtek Zofia:Zosia""",
    "nl": """Johannes:Jan,Hans Maria:Ria Willem:Wim Anna:Annie Pieter:Piet Johanna:Joke Cornelis:Kees
        Elisabeth:Els,Betsy Hendrik:Henk Catharina:Trijntje,Toos Jeroen Marieke Bart Sanne Daan Femke Sander
        Lotte Joris Inge Thijs/Tijs Fleur""",
    "in": """Amit Priya Rajesh:Raj Anjali:Anju Sanjay:Sanju Sunita Vijay Deepika/Dipika Rahul Neha Suresh
        Kavita/Kavitha Arjun Pooja/Puja Rakesh Aisha/Ayesha Mohammed/Muhammad/Mohamed:Mo Fatima Ravi
        Lakshmi/Laxmi Anil Meera/Mira Krishnan:Krish Shreya""",
    "ru": """Aleksandr/Alexander|Александр:Sasha Elena/Yelena|Елена:Lena Sergey/Sergei|Сергей:Seryozha
        Olga|Ольга:Olya Dmitry/Dmitrii|Дмитрий:Dima Natalya/Natalia|Наталья:Natasha Andrey/Andrei|Андрей
        Irina|Ирина:Ira Aleksey/Alexei|Алексей:Alyosha Tatyana/Tatiana|Татьяна:Tanya Yuri/Yury|Юрий
        Ksenia/Kseniya|Ксения:Ksyusha Evgeny/Yevgeniy|Евгений:Zhenya Svetlana|Светлана:Sveta
        Mikhail|Михаил:Misha Yulia/Julia|Юлия Vladimir|Владимир:Volodya Anastasia/Anastasiya|Анастасия:Nastya
        Nikolay/Nikolai|Николай:Kolya Marina|Марина Pavel|Павел:Pasha Ekaterina/Yekaterina|Екатерина:Katya""",
    "el": """Giorgos/George|Γιώργος Maria|Μαρία Yannis/Ioannis|Γιάννης Eleni/Helen|Ελένη
        Dimitris/Dimitrios|Δημήτρης:Mitsos Katerina/Aikaterini|Κατερίνα Kostas/Konstantinos|Κώστας
        Sofia/Sophia|Σοφία Nikos/Nikolaos|Νίκος Vasiliki|Βασιλική Panagiotis|Παναγιώτης:Panos Ioanna|Ιωάννα
        Christos|Χρήστος Angeliki/Aggeliki|Αγγελική""",
    "ja": """Haruto|陽斗 Hanako|花子 Shota/Shouta|翔太 Yuko/Yuuko|裕子 Daisuke|大輔 Misaki|美咲 Kenji|健二
        Sakura|さくら Naoki|直樹 Yumi|由美 Takashi|隆 Keiko|恵子 Hiroshi|浩 Akiko|明子 Yohei/Youhei|洋平
        Tomoko|智子 Kazuki|和樹 Ayaka|彩花""",
    "zh": """Wei|伟 Fang|芳 Min|敏 Jing|静 Lei|磊 Qiang|强 Yan|艳 Yong|勇 Jie|杰 Juan|娟 Tao|涛 Ming|明 Chao|超
        Xiuying|秀英 Xia|霞 Ping|平 Gang|刚 Guiying|桂英 Xiaoming|小明 Xiaohong|小红 Jianguo|建国 Lihua|丽华
        Weimin|伟民 Yanjun|艳军 Jingyi|静怡 Haoran|浩然 Zihan|子涵 Yuxuan|宇轩 Xinyi|欣怡 Zhiqiang|志强
        Jianhua|建华 Meiling|美玲 Minjie|敏杰 Pingan|平安""",
}
