package io.millrace.plan;

import io.millrace.config.JobSpec;
import io.millrace.engine.operator.OperatorFactory;
import io.millrace.engine.operator.aggregate.AggregateInput;
import io.millrace.engine.operator.aggregate.AggregateSpec;
import io.millrace.engine.operator.aggregate.LocalAggregate;
import io.millrace.engine.operator.aggregate.RunningAggregate;
import io.millrace.engine.operator.aggregate.SessionAggregate;
import io.millrace.engine.operator.aggregate.SessionWindows;
import io.millrace.engine.operator.aggregate.SlicedWindows;
import io.millrace.engine.operator.aggregate.WindowAggregate;
import io.millrace.engine.operator.transform.MapOperator;
import io.millrace.engine.topology.Layout;
import io.millrace.plan.expression.Expression;
import io.millrace.plan.expression.ExpressionCompiler;
import io.millrace.serde.RowType;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Places aggregates: what goes in, perhaps added up before an exchange, and what is computed from what comes out. */
final class GroupPlacement {
    private final TopologyDraft draft;
    private final ExpressionCompiler compiler;

    GroupPlacement(TopologyDraft draft, ExpressionCompiler compiler) {
        this.draft = draft;
        this.compiler = compiler;
    }

    Flow place(Relation.Grouped grouped, Flow input) {
        AggregateSpec spec = grouped.spec();
        String name = grouped.name();
        List<String> calls = grouped.aggregation().texts();
        Flow rows = arguments(grouped, input);
        List<Integer> hashed = input.hashKeys();
        AggregateInput mode = AggregateInput.ROWS;
        Flow gathered = rows;
        List<Integer> hashedNow = grouped.by();
        if (hashed != null && grouped.by().containsAll(hashed)) {
            hashedNow = hashed;
            draft.note(name, Reasons.noExchange(grouped.input().columns(), grouped.by(), hashed));
        } else {
            List<Integer> keyPlaces =
                    IntStream.range(0, spec.keyCount()).boxed().toList();
            RowType crossing = spec.input();
            Layout layout = Layouts.arguments(spec, calls);
            if (addsUpBefore(grouped)) {
                rows = rows.to(draft.add(rows, name + "-local", Reasons.local(grouped), LocalAggregate.of(spec)));
                crossing = spec.partialType();
                layout = Layouts.partials(spec, calls);
                mode = AggregateInput.PARTIALS;
            }
            gathered = rows.to(draft.exchange(
                    rows,
                    name,
                    crossing,
                    keyPlaces,
                    layout,
                    new TopologyDraft.Reason(Reasons.exchange(grouped, hashed), spec.lateTopic() != null)));
        }
        String lateTopic = spec.lateTopic();
        if (lateTopic != null) {
            draft.sinkTopic(lateTopic);
        }
        draft.store(
                gathered,
                name,
                storeKind(spec),
                spec.windows() instanceof SlicedWindows,
                Layouts.aggregate(spec, calls));
        return results(grouped, draft.add(gathered, name, Reasons.aggregate(grouped), operator(spec, mode)), hashedNow);
    }

    /** Rows of the columns grouped by and the arguments of the calls. */
    private Flow arguments(Relation.Grouped grouped, Flow input) {
        List<Expression> arguments = grouped.aggregation().input().stream()
                .map(expression -> expression.reading(input.kept()))
                .toList();
        if (isIdentity(arguments, input.columns().size())) {
            return input;
        }
        String name = grouped.name();
        return input.to(draft.add(
                input,
                name + "-input",
                Reasons.keeps(grouped),
                MapOperator.of(name, compiler.function(arguments, input.columns()))));
    }

    /**
     * Whether rows are added up before they cross. Not where each row gives a result of its own, and not for sessions, whose bounds are
     * known only where all rows of a key are.
     */
    static boolean addsUpBefore(Relation.Grouped grouped) {
        return grouped.spec().windows() instanceof SlicedWindows
                && !(grouped.step().emit() instanceof JobSpec.Emit.Updates);
    }

    private static String storeKind(AggregateSpec spec) {
        if (spec.windows() == null) {
            return "a total per group";
        }
        return spec.windows() instanceof SessionWindows ? "sums per group and session" : "sums per group and slice";
    }

    private static OperatorFactory operator(AggregateSpec spec, AggregateInput mode) {
        if (spec.windows() == null) {
            return RunningAggregate.of(spec, mode);
        }
        return spec.windows() instanceof SessionWindows
                ? SessionAggregate.of(spec, mode)
                : WindowAggregate.of(spec, mode);
    }

    private Flow results(Relation.Grouped grouped, List<StageDraft.Outlet> computed, List<Integer> hashKeys) {
        RowType columns = grouped.columns();
        List<Integer> all = IntStream.range(0, columns.size()).boxed().toList();
        List<Integer> moved = hashKeys.stream().map(grouped.by()::indexOf).toList();
        Flow flow = new Flow(computed, grouped.computed(), all, moved);
        int leading = columns.size() - grouped.aggregation().results().size();
        List<Expression> outputs = new ArrayList<>();
        for (int i = 0; i < leading; i++) {
            outputs.add(compiler.column(i, grouped.computed()));
        }
        outputs.addAll(grouped.aggregation().results());
        if (isIdentity(outputs, grouped.computed().size())) {
            return new Flow(computed, columns, all, moved);
        }
        List<StageDraft.Outlet> outlets = draft.add(
                flow,
                grouped.name() + "-results",
                "compute " + Reasons.valueNames(grouped.step()) + " from its results",
                MapOperator.of(grouped.name(), compiler.function(outputs, grouped.computed())));
        return new Flow(outlets, columns, all, moved);
    }

    private static boolean isIdentity(List<Expression> outputs, int inputSize) {
        return outputs.size() == inputSize
                && IntStream.range(0, inputSize).allMatch(i -> outputs.get(i).column() == i);
    }
}
