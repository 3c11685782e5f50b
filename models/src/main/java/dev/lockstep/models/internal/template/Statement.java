package dev.lockstep.models.internal.template;

import java.util.List;

/** A statement of a template, after parsing. */
sealed interface Statement {
    /** Text between the tags. */
    record Data(Text text) implements Statement {
    }

    /** {@code {{ expression }}}. */
    record Print(Expression expression) implements Statement {
    }

    /** {@code if}, {@code elif}, {@code else}. */
    record If(List<Branch> branches, List<Statement> otherwise) implements Statement {
        record Branch(Expression condition, List<Statement> body) {
        }
    }

    /** {@code for target in iterable if filter}; {@code filter} is null if there is none. */
    record For(Target target, Expression iterable, Expression filter, List<Statement> body, List<Statement> otherwise) implements Statement {
    }

    record Break() implements Statement {
    }

    record Continue() implements Statement {
    }

    /** {@code set target = value}. */
    record Set(Target target, Expression value) implements Statement {
    }

    /** {@code set target} … {@code endset}. */
    record SetBlock(Target target, List<Statement> body) implements Statement {
    }

    /** {@code macro name(parameters)}, or the body of a {@code call} block. */
    record Macro(String name, List<Parameter> parameters, List<Statement> body) implements Statement {
        /** @param usual null if there is none */
        record Parameter(String name, Expression usual) {
        }
    }

    /** {@code call(parameters) macro(…)} … {@code endcall}. */
    record CallBlock(Expression.Call call, Macro caller) implements Statement {
    }

    /** {@code with a = b}. */
    record With(List<Set> assignments, List<Statement> body) implements Statement {
    }

    /** What is only there for others to see ({@code generation}). */
    record Group(List<Statement> body) implements Statement {
    }

    /** What can be assigned to. */
    sealed interface Target {
        record Name(String name) implements Target {
        }

        /** {@code namespace.name}. */
        record Member(String namespace, Text name, int at) implements Target {
        }

        record Several(List<Target> targets, int at) implements Target {
        }
    }
}
