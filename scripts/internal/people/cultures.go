package people

import "strings"

// culture is how people of one language are called.
type culture struct {
	weight        int // of how many, roughly as such a service meets them
	given, family []name
	between       string // given name and family name
	double        string // two family names
	familyFirst   bool
}

// names reads a list of "as it is written:in Latin letters".
func names(list string) []name {
	var all []name
	for field := range strings.FieldsSeq(list) {
		native, latin, found := strings.Cut(field, ":")
		if !found {
			latin = strings.ToLower(native)
		}
		all = append(all, name{strings.ReplaceAll(native, "~", " "), latin})
	}
	return all
}

var totalWeight = func() (sum int) {
	for _, c := range cultures {
		sum += c.weight
	}
	return sum
}()

// cultures hold, in each list, names of different lengths. A "~" stands for a
// space in a name.
var cultures = []culture{
	{
		weight: 30, between: " ", double: "-",
		given:  names("Ann Bo Christopher Daisy Elizabeth Finn Grace Henry Isabella Jo Katherine Liam Maximilian Nora Oliver Penelope Ruth Sam Theodore Willow"),
		family: names("Lee Adams Brown Carter-Jones Davies Evans Featherstonehaugh Green Hughes Jackson King Lewis Montgomery Ng O'Brien:obrien Patel Robinson Smith Thompson Wu"),
	},
	{
		weight: 12, between: " ", double: " y ",
		given:  names("María~del~Carmen:mariadelcarmen José:jose Lucía:lucia Íñigo:inigo Sofía:sofia Álvaro:alvaro Ana Begoña:begona Jesús:jesus Nuria"),
		family: names("García:garcia Fernández~de~la~Vega:fernandezdelavega Muñoz:munoz Rodríguez:rodriguez Núñez:nunez Ibáñez:ibanez López:lopez Sáez:saez Pérez:perez Güell:guell"),
	},
	{
		weight: 6, between: " ", double: "-",
		given:  names("Jürgen:juergen Käthe:kaethe Sören:soeren Uwe Anneliese Björn:bjoern Friederike Götz:goetz Ida Wolfgang"),
		family: names("Müller:mueller Groß:gross Schäfer:schaefer von~der~Heide:vonderheide Weiß:weiss Köhler:koehler Leutheusser-Schnarrenberger Voß:voss Jäger:jaeger Ott"),
	},
	{
		weight: 6, between: " ", double: "-",
		given:  names("François:francois Zoé:zoe Jean-Baptiste Chloë:chloe Aurélie:aurelie Noël:noel Maëlys:maelys Gaël:gael Élodie:elodie Guy"),
		family: names("Lefèvre:lefevre Saint-Exupéry:saintexupery Dupont Gonçalves:goncalves L'Haÿ:lhay Bézier:bezier Roux Façade:facade Île:ile Crêpeau:crepeau"),
	},
	{
		weight: 5, between: " ", double: "-",
		given:  names("Łukasz:lukasz Zofia Wojciech Małgorzata:malgorzata Jiří:jiri Božena:bozena Çağla:cagla Şükrü:sukru Ősze:osze Guðrún:gudrun"),
		family: names("Wiśniewski:wisniewski Brzęczyszczykiewicz:brzeczyszczykiewicz Dvořák:dvorak Novák:novak Yıldırım:yildirim Öztürk:ozturk Nagy Szőke:szoke Jónsdóttir:jonsdottir Łąk:lak"),
	},
	{
		weight: 5, between: " ", double: " ", familyFirst: true,
		given:  names("Thị~Minh:thiminh Văn~Đức:vanduc Ngọc~Ánh:ngocanh Quốc:quoc Hoài:hoai Tuấn:tuan Phượng:phuong Hạnh:hanh"),
		family: names("Nguyễn:nguyen Trần:tran Lê:le Phạm:pham Huỳnh:huynh Võ:vo Đặng:dang Bùi:bui"),
	},
	{
		weight: 10, between: "", double: "", familyFirst: true,
		given:  names("明:ming 秀英:xiuying 伟:wei 芳:fang 建国:jianguo 雨桐:yutong 浩然:haoran 静:jing 梓涵:zihan 磊:lei"),
		family: names("王:wang 李:li 张:zhang 刘:liu 陈:chen 欧阳:ouyang 司马:sima 諸葛:zhuge 林:lin 黃:huang"),
	},
	{
		weight: 6, between: " ", double: "・", familyFirst: true,
		given:  names("さくら:sakura 太郎:taro 花子:hanako ジョン:john 翔太:shota 陽菜:hina 健一郎:kenichiro 美咲:misaki"),
		family: names("佐藤:sato 鈴木:suzuki 勅使河原:teshigawara 高橋:takahashi 田中:tanaka 渡辺:watanabe 小鳥遊:takanashi 森:mori"),
	},
	{
		weight: 4, between: "", double: "", familyFirst: true,
		given:  names("민준:minjun 서연:seoyeon 지훈:jihun 하은:haeun 도윤:doyun 수빈:subin"),
		family: names("김:kim 이:lee 박:park 최:choi 황보:hwangbo 남궁:namgung"),
	},
	{
		weight: 7, between: " ", double: "-",
		given:  names("Анна:anna Иван:ivan Екатерина:ekaterina Дмитрий:dmitry Ольга:olga Святослав:svyatoslav Ёлка:yolka Юлія:yuliya Їржина:yirzhyna Ђорђе:djordje"),
		family: names("Иванова:ivanova Рождественский:rozhdestvensky Шевченко:shevchenko Достоевская:dostoevskaya Ким:kim Щербаков:shcherbakov Ґудзь:gudz Петровић:petrovic"),
	},
	{
		weight: 3, between: " ", double: "-",
		given:  names("Ελένη:eleni Γιώργος:giorgos Ιωάννης:ioannis Αφροδίτη:afroditi Ηώ:io Σταύρος:stavros"),
		family: names("Παπαδόπουλος:papadopoulos Χατζηγιαννάκη:chatzigiannaki Νικολάου:nikolaou Ρήγας:rigas Δημητρίου:dimitriou"),
	},
	{
		weight: 7, between: " ", double: " ",
		given:  names("محمد:mohammed فاطمة:fatima عبد~الرحمن:abdulrahman ليلى:layla يوسف:yusuf مريم:maryam زهرا:zahra شہزاد:shahzad"),
		family: names("الحسيني:alhusseini بن~علي:benali النجار:alnajjar حداد:haddad القحطاني:alqahtani محمدی:mohammadi خان:khan"),
	},
	{
		weight: 3, between: " ", double: "-",
		given:  names("נועה:noa דוד:david שירה:shira יעקב:yaakov אביגיל:avigail"),
		family: names("כהן:cohen לוי:levi מזרחי:mizrahi בן־דוד:bendavid פרידמן:friedman"),
	},
	{
		weight: 5, between: " ", double: " ",
		given:  names("आरव:aarav प्रिया:priya लक्ष्मी:lakshmi कृष्ण:krishna अनन्या:ananya"),
		family: names("शर्मा:sharma श्रीवास्तव:shrivastava गुप्ता:gupta सिंह:singh चतुर्वेदी:chaturvedi"),
	},
	{
		weight: 2, between: " ", double: " ",
		given:  names("অনন্যা:ananya রবীন্দ্র:rabindra তানভীর:tanvir মৌ:mou"),
		family: names("চট্টোপাধ্যায়:chattopadhyay রহমান:rahman সেন:sen ইসলাম:islam"),
	},
	{
		weight: 2, between: " ", double: " ",
		given:  names("தமிழ்ச்செல்வி:thamizhselvi முருகன்:murugan கவிதா:kavitha அருண்:arun"),
		family: names("சுப்பிரமணியன்:subramanian நாடார்:nadar பிள்ளை:pillai"),
	},
	{
		weight: 1, between: " ", double: " ",
		given:  names("వెంకట:venkata సీత:seetha ਹਰਪ੍ਰੀਤ:harpreet"),
		family: names("రెడ్డి:reddy ਸਿੰਘ:singh"),
	},
	{
		weight: 2, between: " ", double: " ",
		given:  names("สมชาย:somchai กัญญารัตน์:kanyarat ปิยะ:piya วรรณา:wanna"),
		family: names("ศรีสุวรรณ:srisuwan วงศ์เจริญรุ่งเรือง:wongcharoenrungrueang ใจดี:jaidee"),
	},
	{
		weight: 1, between: " ", double: " ",
		given:  names("ສົມພອນ:somphone ບຸນມີ:bounmy"),
		family: names("ພົມວິຫານ:phomvihane ແກ້ວ:keo"),
	},
	{
		weight: 1, between: " ", double: " ",
		given:  names("သီရိ:thiri မောင်:maung"),
		family: names("ကျော်:kyaw အောင်:aung"),
	},
	{
		weight: 1, between: " ", double: " ", familyFirst: true,
		given:  names("សុភា:sophea ដារ៉ា:dara"),
		family: names("ចាន់:chan សុខ:sok"),
	},
	{
		weight: 1, between: " ", double: "-",
		given:  names("ნინო:nino გიორგი:giorgi თამარ:tamar"),
		family: names("გელაშვილი:gelashvili ჯუღაშვილი:jughashvili ლომიძე:lomidze"),
	},
	{
		weight: 1, between: " ", double: "-",
		given:  names("Անի:ani Հովհաննես:hovhannes"),
		family: names("Սարգսյան:sargsyan Հակոբյան:hakobyan"),
	},
	{
		weight: 1, between: " ", double: " ",
		given:  names("ሰላም:selam ተስፋዬ:tesfaye"),
		family: names("ገብረማርያም:gebremariam አበበ:abebe"),
	},
	{
		weight: 3, between: " ", double: "-",
		given:  names("Chukwuemeka Nokuthula Ọlá:ola Kwame Thandiwe"),
		family: names("Okonkwo Mkhwanazi Adébáyọ̀:adebayo Mensah Ng'ang'a:nganga"),
	},
}
