package io.millrace.plan;

import io.millrace.config.JobSpec;
import io.millrace.engine.operator.dedupe.DedupeOperator;
import io.millrace.engine.operator.dedupe.DedupeSpec;
import io.millrace.engine.operator.dedupe.Keep;
import io.millrace.engine.operator.top.Order;
import io.millrace.engine.operator.top.TopOperator;
import io.millrace.engine.operator.top.TopSpec;
import io.millrace.serde.Column;
import io.millrace.serde.RowType;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.IntStream;

/** Places the steps that keep whole rows: dedupe, top and custom code. */
final class RowPlacement {
    private final TopologyDraft draft;
    private final IdentityHashMap<Relation, List<StageDraft.SideOutlets>> sides = new IdentityHashMap<>();

    RowPlacement(TopologyDraft draft) {
        this.draft = draft;
    }

    Flow dedupe(Relation.Deduped deduped, Flow input, List<Integer> needed) {
        JobSpec.Dedupe step = deduped.step();
        String name = deduped.name();
        RowType columns = Flow.select(deduped.columns(), needed);
        Flow rows = gathered(name, draft.narrowed(input, name, columns, needed), deduped.columns(), deduped.key());
        DedupeSpec spec = new DedupeSpec(
                name,
                rows.columns(),
                rows.places(deduped.key()),
                step.within().toMillis(),
                step.keep() == JobSpec.Keep.FIRST ? Keep.FIRST : Keep.LAST);
        draft.store(rows, name, "the keys that were seen", true, Layouts.dedupe(spec));
        return rows.to(draft.add(rows, name, Reasons.dedupe(step), DedupeOperator.of(spec)));
    }

    Flow top(Relation.Ranked ranked, Flow input, List<Integer> needed) {
        String name = ranked.name();
        RowType inputColumns = ranked.input().columns();
        List<Integer> wanted = topInput(ranked, needed);
        Flow rows = gathered(
                name,
                draft.narrowed(input, name, Flow.select(inputColumns, wanted), wanted),
                inputColumns,
                ranked.by());
        List<Order> order = ranked.order().stream()
                .map(item -> new Order(rows.place(item.column()), item.descending(), item.nullsFirst()))
                .toList();
        List<Integer> unique = ranked.uniqueKey();
        TopSpec spec = new TopSpec(
                name,
                rows.columns(),
                rows.places(ranked.by()),
                order,
                ranked.step().limit(),
                ranked.windows(),
                ranked.boundColumns(),
                unique == null ? null : rows.places(unique));
        boolean expiring = ranked.windows() != null;
        draft.store(rows, name, storeKind(ranked), expiring, Layouts.top(spec));
        List<StageDraft.Outlet> outlets = draft.add(rows, name, Reasons.top(ranked), TopOperator.of(spec));

        List<Integer> kept = new ArrayList<>(wanted);
        List<Column> columns = new ArrayList<>(rows.columns().columns());
        for (int i = inputColumns.size(); i < ranked.columns().size(); i++) {
            kept.add(i);
            columns.add(ranked.columns().column(i));
        }
        return new Flow(outlets, new RowType(columns), kept, rows.hashKeys());
    }

    private static String storeKind(Relation.Ranked ranked) {
        if (ranked.windows() != null) {
            return "the first rows per group and window";
        }
        return ranked.uniqueKey() == null ? "the first rows of each group" : "the rows of each group";
    }

    /** The columns that a top takes: what is read behind it, and what it goes by itself. */
    private static List<Integer> topInput(Relation.Ranked ranked, List<Integer> needed) {
        TreeSet<Integer> wanted = new TreeSet<>(ranked.by());
        needed.stream()
                .filter(column -> column < ranked.input().columns().size())
                .forEach(wanted::add);
        ranked.order().forEach(item -> wanted.add(item.column()));
        List<Integer> unique = ranked.uniqueKey();
        if (unique != null) {
            wanted.addAll(unique);
        }
        return List.copyOf(wanted);
    }

    Flow process(Relation.Processed processed, Flow input) {
        String name = processed.name();
        RowType columns = processed.input().columns();
        Flow rows = draft.narrowed(input, name, columns, all(columns));
        if (!processed.by().isEmpty()) {
            rows = gathered(name, rows, columns, processed.by());
            draft.store(rows, name, "custom", false, Layouts.process(processed.step(), columns, processed.by()));
        }
        List<StageDraft.Outlet> outlets = draft.add(
                rows, name, Reasons.process(processed), processed.definition().operator());
        // Rows of a side output that the job does not name go nowhere.
        sides.put(
                processed,
                outlets.stream()
                        .map(outlet -> outlet.stage()
                                .sides(List.copyOf(
                                        processed.definition().sides().keySet())))
                        .toList());
        return new Flow(outlets, processed.columns(), all(processed.columns()), null);
    }

    Flow side(Relation.Side side) {
        List<StageDraft.Outlet> outlets = sides.getOrDefault(side.process(), List.of()).stream()
                .map(outlet -> outlet.of(side.side()))
                .toList();
        return new Flow(outlets, side.columns(), all(side.columns()), null);
    }

    /** All rows with equal values in the columns {@code by} in one task. */
    private Flow gathered(String name, Flow rows, RowType columns, List<Integer> by) {
        List<Integer> hashed = rows.hashKeys();
        if (hashed != null && by.containsAll(hashed)) {
            draft.note(name, Reasons.noExchange(columns, by, hashed));
            return rows;
        }
        List<StageDraft.Outlet> behind = draft.exchange(
                rows,
                name,
                rows.columns(),
                rows.places(by),
                Layouts.rows(rows.columns(), rows.places(by)),
                new TopologyDraft.Reason(Reasons.exchange(columns, by, hashed), false));
        return new Flow(behind, rows.columns(), rows.kept(), by);
    }

    private static List<Integer> all(RowType columns) {
        return IntStream.range(0, columns.size()).boxed().toList();
    }
}
