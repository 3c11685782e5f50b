package dev.lockstep.app;

import dev.lockstep.guard.audit.export.ExportFormat;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** {@code lockstep audit export}: records for other systems. */
@Command(name = "export", description = "Prints records in a format that other systems collect, one a line.")
final class AuditExportCommand extends IoCommand {
    @Mixin
    private AuditSelection selection;

    @Option(names = "--format", required = true, paramLabel = "FORMAT", converter = Name.class, description = "ocsf, cef, syslog or ecs.")
    private ExportFormat format;

    /** Formats as people write them. */
    static final class Name implements ITypeConverter<ExportFormat> {
        @Override
        public ExportFormat convert(String name) {
            try {
                return ExportFormat.valueOf(name.toUpperCase(Locale.ROOT));
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException("'" + name + "' is none of ocsf, cef, syslog, ecs");
            }
        }
    }

    @Override
    public Integer call() {
        selection.forEach(record -> io.println(format.line(record)));
        return ExitCode.OK;
    }
}
