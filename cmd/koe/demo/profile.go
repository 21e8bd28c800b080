package demo

import "math/rand/v2"

// profiles are what people write about themselves for the expert directory, by the question's id.
var profiles = map[string][]string{
	"DIR_JOB":    {"弁護士", "公認会計士", "データ分析", "情報セキュリティ", "都市計画", "広報", "システム設計", "国際協力"},
	"DIR_BEFORE": {"法律事務所で企業法務を8年", "監査法人で5年", "通信会社でデータ基盤の運用を6年", "コンサルティング会社で調査を7年", "地方銀行で融資を10年"},
	"DIR_NOW":    {"制度の見直しに向けた調査と、関係者との調整を担当しています。", "業務システムの更改を担当しています。", "統計の整備と公表を担当しています。"},
	"DIR_SKILLS": {"契約書の審査、英文契約", "統計解析、機械学習、SQL", "プロジェクト管理、要件定義", "会計、内部統制", "ファシリテーション、まちづくり"},
	"DIR_TOOLS":  {"公表統計、e-Gov", "判例データベース", "統計ソフト"},
	"DIR_HELLO":  {"お役に立てることがあれば、気軽に声をかけてください。", "分野の違う方とも話してみたいです。", "同じように中途で入った方の相談も歓迎です。"},
}

// write answers a free text question: a profile, or a comment, or nothing.
func (h *hire) write(question string, comment func() string, r *rand.Rand) string {
	switch pool := profiles[question]; {
	case pool != nil:
		return pool[r.IntN(len(pool))]
	case question == "DIR_TEAM":
		return h.bureau + h.division
	case question == "DIR_EXT":
		return "3" + string(rune('0'+r.IntN(10))) + string(rune('0'+r.IntN(10))) + string(rune('0'+r.IntN(10)))
	default:
		return comment()
	}
}
