// What holds for the attempts of a node, member by member: what it says itself, else what its task says.
#pragma once
#include <initializer_list>

#include "core/definition/model.hpp"

namespace wf {

// `member` gives an optional member of a policy; nullopt: neither says it.
template <typename Member>
auto said(const Node& node, const Task& task, Member member) {
  for (const AttemptPolicy* one : {node.attempts.get(), task.attempts.get()})
    if (one != nullptr && member(*one)) return member(*one);
  return decltype(member(AttemptPolicy()))();
}

}  // namespace wf
