package io.millrace.plan;

import io.millrace.plan.expression.Expression;
import io.millrace.plan.expression.Ordering;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;

/** Which columns of each relation somebody reads: found backwards, from the sinks. A relation without an entry leads to no sink. */
final class NeededColumns {
    private final IdentityHashMap<Relation, Set<Integer>> needed = new IdentityHashMap<>();

    /** @param relations inputs before what they feed */
    NeededColumns(List<Relation> relations) {
        for (int i = relations.size() - 1; i >= 0; i--) {
            Relation relation = relations.get(i);
            if (relation instanceof Relation.Write || isNeeded(relation)) {
                ask(relation);
            }
        }
    }

    boolean isNeeded(Relation relation) {
        return needed.containsKey(relation) || relation instanceof Relation.Write;
    }

    /** Indexes in ascending order. */
    List<Integer> of(Relation relation) {
        return List.copyOf(needed.getOrDefault(relation, Set.of()));
    }

    private void ask(Relation relation) {
        Set<Integer> wanted = needed.getOrDefault(relation, Set.of());
        if (relation instanceof Relation.Read read) {
            Expression time = read.eventTime();
            if (time != null) {
                need(read, time.columns());
            }
        } else if (relation instanceof Relation.Union union) {
            for (int i = 0; i < union.inputs().size(); i++) {
                List<Integer> places = union.places().get(i);
                need(union.inputs().get(i), wanted.stream().map(places::get).toList());
            }
        } else if (relation instanceof Relation.Filter filter) {
            need(filter.input(), wanted);
            Expression condition = filter.condition();
            if (condition != null) {
                need(filter.input(), condition.columns());
            }
            filter.earlier().forEach(earlier -> need(filter.input(), earlier.columns()));
        } else if (relation instanceof Relation.Project project) {
            need(project.input(), Set.of());
            wanted.forEach(output ->
                    need(project.input(), project.outputs().get(output).columns()));
        } else if (relation instanceof Relation.Flattened flattened) {
            need(flattened.input(), wanted);
            need(flattened.input(), List.of(flattened.column()));
        } else if (relation instanceof Relation.Keyed keyed) {
            need(keyed.input(), wanted);
            need(keyed.input(), keyed.key());
            need(keyed, keyed.key());
        } else if (relation instanceof Relation.Grouped grouped) {
            need(grouped.input(), Set.of());
            grouped.aggregation().input().forEach(input -> need(grouped.input(), input.columns()));
        } else if (relation instanceof Relation.Write write) {
            needAll(write.input());
        } else {
            askOfKept(relation, wanted);
        }
    }

    /** Of steps that keep rows. */
    private void askOfKept(Relation relation, Set<Integer> wanted) {
        if (relation instanceof Relation.Deduped deduped) {
            need(deduped, deduped.key());
            need(deduped.input(), wanted);
            need(deduped.input(), deduped.key());
        } else if (relation instanceof Relation.Ranked ranked) {
            int inputs = ranked.input().columns().size();
            need(
                    ranked.input(),
                    wanted.stream().filter(column -> column < inputs).toList());
            need(ranked.input(), ranked.by());
            need(ranked.input(), ranked.order().stream().map(Ordering::column).toList());
            List<Integer> unique = ranked.uniqueKey();
            need(ranked.input(), unique == null ? List.of() : unique);
        } else if (relation instanceof Relation.Processed processed) {
            needAll(processed.input());
        } else if (relation instanceof Relation.Side side) {
            need(side.process(), Set.of());
        } else {
            throw new IllegalStateException("a relation that nobody knows: " + relation.name());
        }
    }

    private void needAll(Relation relation) {
        need(relation, IntStream.range(0, relation.columns().size()).boxed().toList());
    }

    private void need(Relation relation, Iterable<Integer> columns) {
        Set<Integer> set = needed.computeIfAbsent(relation, none -> new TreeSet<>());
        columns.forEach(set::add);
    }
}
