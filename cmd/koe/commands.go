package main

import "github.com/spf13/cobra"

// commands lists every command, in the order of DESIGN section 5.
func (a *app) commands() []*cobra.Command {
	return []*cobra.Command{
		a.initCommand(), a.checkCommand(), a.schemaCommand(), a.demoCommand(),
		a.peopleCommand(), a.eventsCommand(),
		a.planCommand(), a.dispatchCommand(), a.outboxCommand(),
		a.serveCommand(),
		a.formCommand(), a.answersCommand(),
		a.loadCommand(), a.analyzeCommand(), a.reportCommand(), a.releaseCommand(), a.auditCommand(), a.runCommand(),
		a.sqlCommand(), a.exportCommand(), a.voicesCommand(), a.directoryCommand(), a.requestsCommand(), a.statusCommand(), a.doctorCommand(),
		a.forgetCommand(), a.personCommand(), a.retentionCommand(), a.logCommand(), a.keyCommand(),
		a.backupCommand(), a.restoreCommand(),
		a.versionCommand(),
	}
}
