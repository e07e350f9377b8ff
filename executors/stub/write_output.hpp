// Values as a task would write them, by its contract (wf-workflow(5)).
#pragma once
#include <string>

#include "core/definition/model.hpp"
#include "core/store/blob_store.hpp"

namespace wf {

class OutputWriter {
 public:
  // `work` is the working folder of an attempt that runs nothing else; `blobs` has what the values refer to.
  OutputWriter(std::string work, BlobStore& blobs) : work_(std::move(work)), blobs_(blobs) {}

  // `value` is canonical for the type of the output.
  void write(const Port& output, const Json& value);

 private:
  void write_text(const std::string& path, const std::string& text);
  void write_content(const Type& type, const Json& value, const std::string& path);
  void write_collection(const Port& output, const Type& type, const Json& value, const std::string& path);
  std::string json_text(const Type& type, const Json& value);

  std::string work_;
  BlobStore& blobs_;
  std::size_t files_ = 0;  // that a JSON value names
};

}  // namespace wf
