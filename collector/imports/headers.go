package imports

// The columns of the roster and of events.
const (
	colPerson   = "person_id"
	colName     = "name"
	colEmail    = "email"
	colPersonal = "personal_email"
	colLanguage = "language"
	colJoined   = "joined_on"
	colLeft     = "left_on"
	colReason   = "left_reason"
	colRole     = "role"
	colEvent    = "event"
	colDate     = "date"
	colRelated  = "related_person_id"
	colDetail   = "detail"
)

// rosterHeaders are other names of roster columns, the segment columns that organisations commonly have included.
func rosterHeaders() map[string][]string {
	return map[string][]string{
		colPerson: {"社員番号", "職員番号", "社員ID", "職員ID", "社員コード", "職員コード", "個人番号", "従業員番号", "従業員ID", "社員No", "職員No",
			"employee id", "employee number", "employee no", "staff id", "staff number", "id"},
		colName: {"氏名", "名前", "姓名", "お名前", "漢字氏名", "full name", "employee name"},
		colEmail: {"メール", "メールアドレス", "職場メール", "職場メールアドレス", "会社メール", "会社メールアドレス", "業務用メールアドレス", "公用メール",
			"公用メールアドレス", "Eメール", "mail", "e-mail address", "email address", "work email"},
		colPersonal: {"個人メール", "個人メールアドレス", "私用メール", "私用メールアドレス", "自宅メール", "入社前メール", "入省前メールアドレス", "private email"},
		colLanguage: {"言語", "使用言語", "lang"},
		colJoined: {"入社日", "入省日", "採用日", "入庁日", "入職日", "採用年月日", "入社年月日", "入省年月日", "入庁年月日", "着任日", "雇入日",
			"hire date", "start date", "joining date", "date of joining", "joined"},
		colLeft:   {"退職日", "退職年月日", "離職日", "退社日", "離任日", "退職予定日", "termination date", "leaving date", "end date", "left"},
		colReason: {"退職理由", "離職理由", "退社理由", "退職事由", "leaving reason", "termination reason"},
		colRole:   {"役割", "区分(役割)", "立場"},
		// segments, when koe.yaml has a column of that name
		"bureau":     {"局", "局名", "所属局", "部局"},
		"department": {"部", "部名", "所属部", "部門"},
		"division":   {"課", "課名", "所属課", "課室", "課・室"},
		"section":    {"係", "係名", "所属係", "室", "班"},
		"unit":       {"所属", "所属名", "部署", "部署名", "所属部署", "組織"},
		"office":     {"勤務地", "事業所", "拠点", "勤務先", "勤務官署"},
		"location":   {"勤務地", "事業所", "拠点", "勤務先"},
		"hire_type":  {"採用区分", "採用種別", "採用形態", "採用の種類"},
		"employment": {"雇用形態", "雇用区分", "任用形態", "任用区分"},
		"job_type":   {"職種", "職務", "職群"},
		"job":        {"職種", "職務"},
		"grade":      {"等級", "級", "職級", "職務の級", "役職", "官職", "職位"},
		"position":   {"役職", "官職", "職名", "職位"},
		"gender":     {"性別"},
		"age_group":  {"年代", "年齢層", "年齢階層"},
		"profession": {"専門分野", "専門", "前職の職種", "前職"},
	}
}

// eventHeaders are other names of the columns of events.
func eventHeaders() map[string][]string {
	people := rosterHeaders()
	return map[string][]string{
		colPerson:  people[colPerson],
		colEvent:   {"イベント", "出来事", "事項", "種別", "種類", "異動種別", "event type", "type", "kind"},
		colDate:    {"日付", "年月日", "発令日", "実施日", "発生日", "異動日", "event date", "on"},
		colRelated: {"相手の社員番号", "相手の職員番号", "関係者", "関係者番号", "関係者の職員番号", "メンター", "メンター番号", "メンターの職員番号", "メンターの社員番号", "上司の職員番号", "上司の社員番号", "related person", "related id", "mentor id", "manager id"},
		colDetail:  {"詳細", "備考", "内容", "摘要", "note", "remark", "remarks", "description"},
	}
}

// roles gives the role that a word in the roster means.
func roles() map[string][]string {
	return map[string][]string{
		"hire":    {"hire", "中途採用者", "採用者", "中途", "経験者採用", "キャリア採用", "キャリア採用者", "新任者", "new hire"},
		"mentor":  {"mentor", "メンター", "バディ", "buddy"},
		"manager": {"manager", "上司", "管理職", "管理者", "課長", "supervisor"},
	}
}

// languages gives the tag that a word in the roster means; a tag means itself.
func languages() map[string][]string {
	return map[string][]string{
		"ja": {"日本語", "japanese", "jpn", "jp"},
		"en": {"英語", "english", "eng"},
		"zh": {"中国語", "chinese"},
		"ko": {"韓国語", "korean"},
	}
}

// neverJoined are the leaving reasons which say that the joining never happened.
func neverJoined() []string {
	return []string{"cancelled", "canceled", "withdrawn", "offer declined", "never joined", "辞退", "内定辞退", "採用辞退", "入社辞退", "入省辞退",
		"内定取消", "採用取消", "採用取り消し", "内定取り消し"}
}
