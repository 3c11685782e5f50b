package dev.lockstep.models.internal.template;

import dev.lockstep.securemem.SecureArena;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Map;

/** A parsed template. Immutable and safe for use by any number of threads; holds nothing of what it renders. */
public final class Template {
    private final Source source;
    private final List<Statement> statements;

    private Template(Source source) {
        this.source = source;
        this.statements = Parser.parse(source);
    }

    /**
     * Parses a template.
     *
     * @throws TemplateSyntaxException if it breaks the language, or uses a part of it that is not supported
     */
    public static Template parse(String source) {
        return new Template(Source.of(source));
    }

    /**
     * Renders the template.
     *
     * @param variables what it is rendered with, by name
     * @param memory gives the memory of the result and of everything in between, and owns it
     * @throws TemplateException if it refuses the conversation, fails, or reaches a limit
     */
    Text render(Map<String, Value> variables, LocalDateTime now, TextMemory memory) {
        var scope = new Scope(memory.budget());
        Functions.TABLE.forEach((name, builtin) -> scope.set(name, new Value.Function(builtin)));
        variables.forEach(scope::set);
        var interpreter = new Interpreter(memory, now);
        try {
            return interpreter.render(statements, new Scope(scope));
        } catch (TemplateException e) {
            throw e.at(source.position(interpreter.at()));
        }
    }
}
