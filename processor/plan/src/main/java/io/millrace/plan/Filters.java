package io.millrace.plan;

import io.millrace.config.JobSpec;
import io.millrace.config.Problem;
import io.millrace.config.Text;
import io.millrace.plan.expression.Expression;
import io.millrace.plan.expression.Expressions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Checks the steps that let some rows pass. */
final class Filters {
    private final Scope scope;

    Filters(Scope scope) {
        this.scope = scope;
    }

    /** The stream behind it; after an error the one before. */
    Stream filter(Stream input, JobSpec.Filter step) {
        String name = scope.names().numbered("filter");
        Expression condition = scope.over(input).condition(step.expression(), "filter");
        if (condition == null || !staysOnKey(input, condition, "filter")) {
            return input;
        }
        return input.with(scope.add(new Relation.Filter(
                name, input.relation(), condition, List.of(), "filter " + LogicalPlanner.oneLine(step.expression()))));
    }

    /** Hands over what each branch takes. */
    void route(Stream input, JobSpec.Route step, Branches branches) {
        String name = scope.names().numbered("route");
        Expressions over = scope.over(input);
        List<Expression> earlier = new ArrayList<>();
        boolean sure = true;
        for (JobSpec.Branch branch : step.branches()) {
            Text when = branch.when();
            Expression condition = when == null ? null : over.condition(when, "route");
            sure &= when == null || condition != null;
            if (condition != null) {
                sure &= staysOnKey(input, condition, "route");
            }
            Relation.Filter filter = scope.add(new Relation.Filter(
                    name + "-" + branch.target().value(),
                    input.relation(),
                    condition,
                    List.copyOf(earlier),
                    when == null ? "route else" : "route when " + LogicalPlanner.oneLine(when)));
            if (condition != null) {
                earlier.add(condition);
            }
            branches.add(input.with(filter), branch.target(), sure);
        }
    }

    /**
     * A filter on a column that updates change would let the old row stand in the sink when the new one is filtered out.
     */
    private boolean staysOnKey(Stream input, Expression condition, String verb) {
        Updates updates = input.updates();
        if (updates == null || updates.keyColumns().containsAll(condition.columns())) {
            return true;
        }
        String changing = condition.columns().stream()
                .filter(column -> !updates.keyColumns().contains(column))
                .map(column -> input.columns().column(column).name())
                .collect(Collectors.joining(", "));
        scope.problems()
                .add(new Problem(
                        Problem.Severity.ERROR,
                        condition.text().at(),
                        condition.text().length(),
                        "'" + verb + "' on " + changing + ", which the updates of '" + updates.step() + "' change",
                        updates.makeFinal(),
                        List.of(
                                "an update that is filtered out would leave the result before it standing",
                                "or filter by " + String.join(", ", updates.neededNames()) + " only")));
        return false;
    }

    /** Takes the branches of a route, in their order. */
    @FunctionalInterface
    interface Branches {
        /** @param sure whether no error keeps the rows from being known */
        void add(Stream taken, Text target, boolean sure);
    }
}
