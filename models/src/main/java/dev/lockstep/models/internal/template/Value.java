package dev.lockstep.models.internal.template;

import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** What a template can have hold of: a closed set of plain types, none of which leads to a Java object. */
sealed interface Value permits Text, Value.Undefined, Value.None, Value.Bool, Value.Int, Value.Real, Value.Sequence, Value.Iterator, Value.Dict,
        Value.Namespace, Value.Loop, Value.Callable {
    Undefined UNDEFINED = new Undefined("a value");
    None NONE = new None();
    Bool TRUE = new Bool(true);
    Bool FALSE = new Bool(false);

    /**
     * What is not there: empty when it is printed or looped over, an error when anything else is done with it.
     *
     * @param what for messages; names of the template only. Spelled out when a message needs it: a template can have many of these
     */
    record Undefined(Supplier<String> what) implements Value {
        Undefined(String what) {
            this(() -> what);
        }

        static Undefined named(String name) {
            return new Undefined(() -> "'" + name + "'");
        }

        static Undefined named(Text name) {
            return new Undefined(() -> "'" + name.forMessage() + "'");
        }
    }

    /** {@code none}. */
    record None() implements Value {
    }

    /** {@code true} or {@code false}. */
    record Bool(boolean value) implements Value {
    }

    /** A whole number. Python's have no end; one that leaves 64 bits is an error here. */
    record Int(long value) implements Value {
    }

    /** A floating-point number. */
    record Real(double value) implements Value {
    }

    /** A sequence that can be read again. */
    record Sequence(Kind kind, List<Value> items) implements Value {
        /** What Python would call it. */
        enum Kind { LIST, TUPLE, RANGE, VIEW }

        static Sequence list(List<Value> items) {
            return new Sequence(Kind.LIST, items);
        }

        /** Content is not for logs. */
        @Override
        public String toString() {
            return kind + "[" + items.size() + "]";
        }
    }

    /** What some filters give: it can be looped over once, and counts as true even if it is empty. */
    final class Iterator implements Value {
        private List<Value> items;

        Iterator(List<Value> items) {
            this.items = items;
        }

        /** All of them the first time, none the second. */
        List<Value> take() {
            List<Value> taken = items;
            items = List.of();
            return taken;
        }
    }

    /** A dictionary, in the order of its entries. Keys are {@link Text}, {@link Int} or {@link None}. */
    record Dict(Map<Value, Value> entries) implements Value {
        /** Content is not for logs. */
        @Override
        public String toString() {
            return "DICT[" + entries.size() + "]";
        }
    }

    /** The one thing that can be changed: {@code namespace()}. Equal to itself and no other, however alike; it may hold itself. */
    final class Namespace implements Value {
        private final Map<Text, Value> entries;

        Namespace(Map<Text, Value> entries) {
            this.entries = entries;
        }

        Map<Text, Value> entries() {
            return entries;
        }
    }

    /** {@code loop}, inside of a loop. */
    final class Loop implements Value {
        final List<Value> items;
        int index0;
        /** What {@code loop.changed} saw last; null at first. */
        Value lastSeen;

        Loop(List<Value> items) {
            this.items = items;
        }
    }

    /** What can be called. */
    sealed interface Callable extends Value permits Macro, Function, Method {
    }

    /** A macro, and the scope in which it was defined. Equal to itself and no other. */
    final class Macro implements Callable {
        private final Statement.Macro definition;
        private final Scope scope;

        Macro(Statement.Macro definition, Scope scope) {
            this.definition = definition;
            this.scope = scope;
        }

        Statement.Macro definition() {
            return definition;
        }

        Scope scope() {
            return scope;
        }
    }

    /** A function of the language. */
    record Function(Builtin builtin) implements Callable {
    }

    /** A method of a value. */
    record Method(Value receiver, Builtin builtin) implements Callable {
    }

    static Bool of(boolean value) {
        return value ? TRUE : FALSE;
    }

    static Int of(long value) {
        return new Int(value);
    }
}
