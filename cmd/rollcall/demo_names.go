package main

import "strings"

// culture is where a name comes from: given names and family names that go together,
// eight of each. An underline stands for a blank.
type culture struct{ given, family []string }

func cultureOf(given, family string) culture {
	return culture{strings.Fields(given), strings.Fields(family)}
}

// cultures are whose names the people of the demonstration have.
var cultures = []culture{
	cultureOf("Emma Oliver Charlotte James Amelia Henry Grace Thomas", "Bennett Clarke Harding Walsh Fletcher O'Neill Marsh Whitfield"),
	cultureOf("Priya Arjun Ananya Rohan Kavya Vikram Meera Sanjay", "Nair Iyer Sharma Banerjee Kulkarni Reddy Chatterjee Menon"),
	cultureOf("José Lucía Mateo Sofía Andrés Inés Álvaro Noemí", "Álvarez Muñoz Ibáñez Castaño Herrera Núñez Pardo Quintero"),
	cultureOf("Linh Minh Thảo Quang Hương Tuấn Mai Đức", "Trần Nguyễn Phạm Lê Hoàng Vũ Đặng Bùi"),
	cultureOf("Kwame Ama Kofi Abena Yaw Akosua Kojo Efua", "Mensah Owusu Boateng Asante Amoah Darko Ofori Sarpong"),
	cultureOf("Jürgen Käthe Matthias Anneliese Björn Franziska Götz Ulrike", "Müller Schäfer Weiß Krüger Hofmann Löwe Zimmermann Vogt"),
	cultureOf("Łukasz Agnieszka Paweł Małgorzata Michał Katarzyna Grzegorz Zofia", "Wójcik Kaczmarek Dąbrowa Zieliński Szymańska Wróbel Jabłoń Nowak"),
	cultureOf("Yuki Haruto Sakura Kenji Aoi Takumi Naomi Daichi", "Tanaka Suzuki Watanabe Kobayashi Yamamoto Nakamura Ishikawa Mori"),
	cultureOf("Noor Karim Layla Omar Yasmin Tariq Salma Ziad", "Haddad Khalil Mansour Nasser Farouk Saleh Qasim Rahman"),
	cultureOf("Zeynep Emre Elif Mert Ayşe Kerem Gül Çağan", "Yılmaz Şahin Öztürk Demir Çelik Aydın Koç Güneş"),
	cultureOf("Mei Wei Jing Hao Lan Jun Xiu Feng", "Zhang Liu Chen Huang Zhou Wu Xu Sun"),
	cultureOf("Olena Taras Iryna Bohdan Oksana Andriy Daryna Mykola", "Shevchenko Kovalenko Bondar Melnyk Tkachuk Lysenko Marchenko Hrytsenko"),
	cultureOf("Chloé Étienne Maëlle Benoît Inès Rémi Océane Loïc", "Lefèvre Moreau Garçon Béranger Dubois Gauthier Rousseau Noël"),
	cultureOf("Søren Freja Lars Astrid Jørgen Sigrid Håkon Ingrid", "Nygård Sørensen Dahl Bjørk Lindqvist Åkesson Holm Kjær"),
	cultureOf("João Beatriz Tiago Mariana Caetano Luísa Simão Antônia", "Araújo Conceição Magalhães Guimarães Falcão Brandão Moura Simões"),
	cultureOf("Anneke Daan Fleur Joost Sanne Ruben Lieke Thijs", "de_Vries van_Dijk Bakker van_den_Berg Jansen Visser Hendriks ter_Horst"),
}

// demoNames is how many names there are before they come again.
const demoNames = 16 * 8 * 8

// demoName returns the name of person n.
func demoName(n int) (given, family string) {
	c := cultures[n%len(cultures)]
	k := n / len(cultures)
	given, family = c.given[k%len(c.given)], c.family[(k+k/len(c.given))%len(c.family)]
	return given, strings.ReplaceAll(family, "_", " ")
}

// typed spells the letters of the names as they are typed in user names.
var typed = strings.NewReplacer(
	"á", "a", "à", "a", "â", "a", "ã", "a", "ä", "ae", "å", "a", "ą", "a", "ả", "a", "ạ", "a", "ă", "a", "ầ", "a", "ấ", "a", "ặ", "a",
	"ç", "c", "ć", "c", "đ", "d", "é", "e", "è", "e", "ê", "e", "ë", "e", "ę", "e", "ễ", "e", "ğ", "g",
	"í", "i", "ì", "i", "î", "i", "ï", "i", "ı", "i", "ł", "l", "ñ", "n", "ń", "n",
	"ó", "o", "ô", "o", "õ", "o", "ö", "oe", "ø", "o", "ś", "s", "ş", "s", "ß", "ss", "ú", "u", "ü", "ue", "ũ", "u", "ù", "u", "ư", "u", "ứ", "u", "ơ", "o",
	"æ", "ae", "'", "", " ", "", "ź", "z", "ż", "z")

// userNameOf makes a user name of a name, as given.family.
func userNameOf(given, family string) string {
	return typed.Replace(strings.ToLower(given)) + "." + typed.Replace(strings.ToLower(family))
}
