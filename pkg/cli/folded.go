package cli

import (
	"strings"
	"unicode/utf8"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-jit/kubectl-jit/pkg/usage"
)

const (
	columnGap  = 3  // as in kubectl's tables
	leastWidth = 30 // a last column that is narrower reads worse than a broken line
)

// folded writes a table that is too wide for the screen with its last column, where
// the sentences stand, in several lines. Ok is false where it fits as it is, or
// where too little is left for that column. Cells are safe to print already.
func folded(table *metav1.Table, wide bool, columns int) (text string, ok bool) {
	rows := textsOf(table, wide)
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	last, indent := len(widths)-1, 0
	for _, width := range widths[:last] {
		indent += width + columnGap
	}
	if indent+widths[last] <= columns || columns-indent < leastWidth {
		return "", false
	}
	var b strings.Builder
	for _, row := range rows {
		line := ""
		for i, cell := range row[:last] {
			line += pad(cell, widths[i]+columnGap)
		}
		for _, part := range usage.Fold(row[last], columns-indent) {
			b.WriteString(strings.TrimRight(pad(line, indent)+part, " ") + "\n")
			line = ""
		}
	}
	return b.String(), true
}

// textsOf is the head and the rows of a table, without the columns that only "-o wide"
// shows.
func textsOf(table *metav1.Table, wide bool) [][]string {
	rows := make([][]string, len(table.Rows)+1)
	for i, column := range table.ColumnDefinitions {
		if column.Priority > 0 && !wide {
			continue
		}
		rows[0] = append(rows[0], column.Name)
		for r, row := range table.Rows {
			rows[r+1] = append(rows[r+1], row.Cells[i].(string))
		}
	}
	return rows
}
