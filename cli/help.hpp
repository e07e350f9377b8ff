// Help as text for people: of a command, of a group, of a topic, and of wf as a whole.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "cli/command.hpp"
#include "cli/topics.hpp"

namespace wf::cli {

// The columns help is written for: those of the terminal, but no more than can be read well.
std::size_t help_width(const Context& context);

std::string command_help(const Command& command, std::size_t width);
std::string group_help(std::string_view group, const std::vector<Command>& members, std::size_t width);
std::string topic_help(const Topic& topic, std::size_t width);
std::string overview_help(const std::vector<Command>& commands, std::size_t width);

}  // namespace wf::cli
