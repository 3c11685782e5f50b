package dev.lockstep.models.internal.template;

import dev.lockstep.models.internal.template.Statement.Target;
import java.time.LocalDateTime;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Runs the statements of a template. One rendering, one thread. */
final class Interpreter {
    private final TextMemory memory;
    private final Budget budget;
    private final Evaluator evaluator;

    /** How a statement ended. */
    private enum Outcome { NEXT, BREAK, CONTINUE }

    Interpreter(TextMemory memory, LocalDateTime now) {
        this.memory = memory;
        this.budget = memory.budget();
        this.evaluator = new Evaluator(memory, now, this::call);
    }

    /** What was looked at last, in chars of the source. */
    int at() {
        return evaluator.at();
    }

    /** Prints a template. */
    Text render(List<Statement> template, Scope scope) {
        return printed(template, scope);
    }

    private Text printed(List<Statement> body, Scope scope) {
        TextBuilder out = memory.builder();
        run(body, scope, out);
        return out.text();
    }

    private Outcome run(List<Statement> body, Scope scope, TextBuilder out) {
        for (Statement statement : body) {
            budget.enter();
            Outcome outcome = run(statement, scope, out);
            budget.leave();
            if (outcome != Outcome.NEXT) {
                return outcome;
            }
        }
        return Outcome.NEXT;
    }

    private Outcome run(Statement statement, Scope scope, TextBuilder out) {
        switch (statement) {
            case Statement.Data data -> out.append(data.text());
            case Statement.Print print -> out.append(evaluator.text(evaluator.evaluate(print.expression(), scope)));
            case Statement.If conditional -> {
                return run(chosen(conditional, scope), scope, out);
            }
            case Statement.For loop -> loop(loop, scope, out);
            case Statement.Break _ -> {
                return Outcome.BREAK;
            }
            case Statement.Continue _ -> {
                return Outcome.CONTINUE;
            }
            case Statement.Set set -> assign(set.target(), evaluator.evaluate(set.value(), scope), scope);
            case Statement.SetBlock set -> assign(set.target(), printed(set.body(), new Scope(scope)), scope);
            case Statement.Macro macro -> scope.set(macro.name(), new Value.Macro(macro, scope));
            case Statement.CallBlock block -> out.append(evaluator.text(callBlock(block, scope)));
            case Statement.With with -> {
                return run(with.body(), withScope(with, scope), out);
            }
            case Statement.Group group -> {
                return run(group.body(), scope, out);
            }
        }
        return Outcome.NEXT;
    }

    private List<Statement> chosen(Statement.If conditional, Scope scope) {
        for (var branch : conditional.branches()) {
            if (Evaluator.isTrue(evaluator.evaluate(branch.condition(), scope))) {
                return branch.body();
            }
        }
        return conditional.otherwise();
    }

    /** As in Jinja, {@code else} is for loops of which no round came to its end. */
    private void loop(Statement.For statement, Scope scope, TextBuilder out) {
        List<Value> items = evaluator.items(evaluator.evaluate(statement.iterable(), scope));
        if (statement.filter() != null) {
            items = items.stream().filter(item -> passes(statement, item, scope)).toList();
        }
        var loop = new Value.Loop(items);
        boolean whole = false;
        for (; loop.index0 < items.size(); loop.index0++) {
            var round = new Scope(scope);
            round.set("loop", loop);
            assign(statement.target(), items.get(loop.index0), round);
            Outcome outcome = run(statement.body(), round, out);
            if (outcome == Outcome.BREAK) {
                break;
            }
            whole |= outcome == Outcome.NEXT;
        }
        if (!whole) {
            run(statement.otherwise(), new Scope(scope), out);
        }
    }

    private boolean passes(Statement.For statement, Value item, Scope scope) {
        var round = new Scope(scope);
        assign(statement.target(), item, round);
        return Evaluator.isTrue(evaluator.evaluate(statement.filter(), round));
    }

    private void assign(Target target, Value value, Scope scope) {
        switch (target) {
            case Target.Name(String name) -> scope.set(name, value);
            case Target.Member member -> {
                if (!(scope.find(member.namespace()) instanceof Value.Namespace namespace)) {
                    throw TemplateException.failed(member.namespace() + " is no namespace");
                }
                budget.takeElements(1);
                budget.spend(member.name().length());
                namespace.entries().put(member.name(), value);
            }
            case Target.Several several -> {
                List<Value> values = evaluator.items(value);
                if (values.size() != several.targets().size()) {
                    throw TemplateException.failed(values.size() + " values for " + several.targets().size() + " variables");
                }
                for (int i = 0; i < values.size(); i++) {
                    assign(several.targets().get(i), values.get(i), scope);
                }
            }
        }
    }

    private Scope withScope(Statement.With with, Scope scope) {
        var inner = new Scope(scope);
        with.assignments().forEach(set -> assign(set.target(), evaluator.evaluate(set.value(), scope), inner));
        return inner;
    }

    private Value callBlock(Statement.CallBlock block, Scope scope) {
        var withCaller = new Scope(scope);
        withCaller.set("caller", new Value.Macro(block.caller(), scope));
        Map<String, Expression> arguments = new LinkedHashMap<>(block.call().arguments().named());
        arguments.put("caller", new Expression.Name("caller", block.call().at()));
        return evaluator.evaluate(new Expression.Call(block.call().callee(),
                new Expression.Arguments(block.call().arguments().positional(), arguments), block.call().at()), withCaller);
    }

    private Value call(Value.Macro macro, List<Value> positional, Map<String, Value> named) {
        Statement.Macro definition = macro.definition();
        var parameters = definition.parameters();
        if (positional.size() > parameters.size()) {
            throw TemplateException.failed("the macro " + definition.name() + " takes " + parameters.size() + " arguments, not " + positional.size());
        }
        budget.spend(parameters.size());
        var scope = new Scope(macro.scope());
        scope.set("caller", named.getOrDefault("caller", Value.Undefined.named("caller")));
        for (int i = 0; i < parameters.size(); i++) {
            var parameter = parameters.get(i);
            Value given = i < positional.size() ? positional.get(i) : named.get(parameter.name());
            if (given == null) {
                given = parameter.usual() == null ? Value.Undefined.named(parameter.name()) : evaluator.evaluate(parameter.usual(), scope);
            }
            scope.set(parameter.name(), given);
        }
        requireKnown(definition, positional.size(), named);
        return printed(definition.body(), scope);
    }

    private static void requireKnown(Statement.Macro macro, int positional, Map<String, Value> named) {
        Set<String> known = new HashSet<>(Set.of("caller"));
        macro.parameters().stream().skip(positional).forEach(parameter -> known.add(parameter.name()));
        named.keySet().stream().filter(name -> !known.contains(name)).findFirst().ifPresent(name -> {
            throw TemplateException.failed("the macro " + macro.name() + " does not take the argument " + name);
        });
    }
}
