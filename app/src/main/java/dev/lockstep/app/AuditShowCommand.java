package dev.lockstep.app;

import dev.lockstep.guard.audit.AuditRecord;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ObjectNode;

/** {@code lockstep audit show}: records for people. */
@Command(name = "show", description = "Shows records: number, time, event, and what is said of it.")
final class AuditShowCommand extends IoCommand {
    @Mixin
    private AuditSelection selection;

    @Option(names = "--json", description = "Print each record as one line of JSON.")
    private boolean json;

    @Override
    public Integer call() {
        selection.forEach(record -> io.println(json ? Json.line(asJson(record)) : Printable.text(text(record))));
        return ExitCode.OK;
    }

    private static String text(AuditRecord record) {
        String fields = record.fields().entrySet().stream().map(field -> field.getKey() + '=' + field.getValue()).collect(Collectors.joining("  "));
        return record.seq() + "  " + record.timeText() + "  " + record.event() + "  " + fields;
    }

    private static ObjectNode asJson(AuditRecord record) {
        ObjectNode line = Json.object().put("seq", record.seq()).put("time", record.timeText()).put("event", record.event())
                .put("device", record.device()).put("pid", record.pid()).put("boot", record.boot());
        ObjectNode fields = line.putObject("fields");
        record.fields().forEach((name, value) -> {
            if (value instanceof Long number) {
                fields.put(name, number);
            } else {
                fields.put(name, value.toString());
            }
        });
        return line;
    }
}
